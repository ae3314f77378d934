// A timed auction in three browsers: two bidders go one above the other, the operator watches; a late bid puts the end off in
// every room, whoever is outbid is told so, and the close needs no seed.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'

const staff = {
  chen: ['陈静', 'office', 'office_drafter'], wang: ['王敏', 'office', 'office_approver'],
  liu: ['刘酿', 'demo-liquor', 'enterprise'], fang: ['方食', 'demo-food', 'enterprise'],
}
const secret = (name) => `沟塘清又清清-${name}-2026`
const seconds = (text) => text.split(':').reduce((all, part) => all * 60 + Number(part), 0)

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 1280], ['zh', 390], ['en', 390]]))
  test(`a timed auction in ${locale} at ${width} px`, async () => {
    const once = {}
    let closes
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'demo')
      await cli('right', 'cap', 'COD-GUO', '--start', '2026-01', '--end', '2031-01', '--quantity', '120000', '--by', 'a', '--approver', 'b', '--reason', '示例')
      const done = async (key, ...what) => {
        await cli('right', 'propose', key, ...what, '--reason', '示例', '--by', 'a')
        await cli('right', 'approve', key, '--reason', '示例', '--by', 'b')
      }
      await done('I', '--kind', 'issue', '--instrument', 'COD-GUO', '--start', '2026-01', '--end', '2029-01', '--from', 'ISSUE', '--to', 'RESERVE', '--quantity', '60000')
      for (const account of ['H-LIQUOR', 'H-FOOD']) await done(`D-${account}`, '--kind', 'deposit', '--instrument', 'CNY', '--from', 'DEMO-BANK', '--to', account, '--quantity', '20000000')
      await cli('user', 'setup')
      for (const [name, [display, organisation, roles]] of Object.entries(staff)) once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password
      const local = (at) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
      const opens = Math.ceil(Date.now() / 1000) * 1000 + 20_000
      closes = opens + 75_000
      await cli('auction', 'announce', 'cod-guo-timed', '--key', '2026-T1', '--account', 'RESERVE', '--supply', '5000', '--from', '2027-01', '--to', '2028-01', '--opens', local(opens), '--closes', local(closes), '--by', 'chen', '--reason', '年度出让')
      await cli('auction', 'approve', '1', '--by', 'wang', '--reason', '核对无误')
      for (const [name, account] of [['liu', 'H-LIQUOR'], ['fang', 'H-FOOD']]) {
        await cli('auction', 'apply', '1', '--account', account, '--zone', '涡河', '--by', name)
        await cli('auction', 'admit', '1', '--account', account, '--by', 'chen')
      }
    })
    const browser = await launch()
    mkdirSync(join(top, 'build/screens'), { recursive: true })
    const people = {}
    const shot = (name, what) => people[name].page.screenshot({ path: join(top, 'build/screens', `outcry-${what}-${locale}-${width}.png`), fullPage: true })
    try {
      for (const name of ['chen', 'liu', 'fang']) {
        people[name] = await person(browser, server, { locale, width })
        await people[name].begin(name, once[name], secret(name))
        await people[name].go('/console/exchange/1')
      }
      const { chen, liu, fang } = people
      const { t } = chen
      const room = (who) => who.page.locator('.outcry')
      const number = (n) => new Intl.NumberFormat(locale === 'zh' ? 'zh-CN' : 'en-GB').format(n)
      const stands = (who, price) => room(who).locator('.outcry-price').getByText(number(price), { exact: true }).first().waitFor()
      const bid = async (who, price, quantity) => {
        const field = room(who).getByLabel(new RegExp(`^${t('auction.price')}`))
        await who.page.waitForFunction(([selector, value]) => document.querySelector(selector)?.value === value, ['.outcry-form input', String(price)])
        assert.equal(await field.inputValue(), String(price)) // the least that counts is filled in
        if (quantity) await room(who).getByLabel(new RegExp(`^${t('auction.quantity')}`)).fill(String(quantity))
        const button = room(who).locator('.outcry-go:not(.is-disabled)', { hasText: number(price) })
        await button.waitFor()
        await button.click()
        await room(who).getByText(t('auction.outcry.state.leads'), { exact: true }).waitFor()
      }
      for (const who of [liu, fang, chen]) await room(who).waitFor({ timeout: 60_000 })
      await room(chen).getByText(t('auction.outcry.nobody')).waitFor()
      assert.equal(await room(chen).locator('form').count(), 0) // who runs it does not bid
      await bid(liu, 6000, 5000)
      for (const who of [chen, fang]) await stands(who, 6000)
      await shot('liu', 'leading')
      await bid(fang, 6050, 5000)
      const warning = room(liu).getByRole('alert')
      await warning.getByText(t('auction.outcry.outbid')).waitFor() // told by the server, nothing loaded anew
      assert.ok((await warning.innerText()).includes(number(6100)))
      await room(chen).getByText(t('auction.outcry.bidder_n', { n: 2 })).waitFor()
      assert.doesNotMatch(await chen.page.locator('.outcry').innerText(), /酿|食品|Liquor|Food|H-/)
      await sound(liu.page, `outbid ${locale} ${width}`)
      await shot('liu', 'outbid')
      await sound(chen.page, `operator ${locale} ${width}`)
      await shot('chen', 'operator')

      // In the last half minute: the clock jumps in every room.
      await new Promise((done) => setTimeout(done, Math.max(0, closes - 20_000 - Date.now())))
      const clock = (who) => who.page.locator('[role=timer] .countdown')
      const before = seconds(await clock(fang).innerText())
      await bid(liu, 6100) // its quantity is remembered
      for (const who of [chen, liu, fang]) await who.page.locator('[role=timer] .extended').waitFor()
      assert.ok(seconds(await clock(fang).innerText()) > before, 'the countdown jumped')
      await room(fang).getByText(t('auction.outcry.outbid')).waitFor()
      await sound(fang.page, `extended ${locale} ${width}`)
      await shot('fang', 'extended')

      // Over once nobody goes on; opened without a seed.
      await chen.page.locator('.page-head .tag', { hasText: t('auction.phase.over') }).waitFor({ timeout: 60_000 })
      const label = t('auction.act.close')
      await chen.page.getByRole('button', { name: label, exact: true }).first().click()
      const dialog = chen.page.getByRole('dialog', { name: label })
      assert.equal(await dialog.getByLabel(t('auction.seed')).count(), 0)
      await dialog.getByLabel(t('auction.reason')).fill('核对无误')
      await dialog.getByRole('button', { name: label, exact: true }).click()
      await liu.page.locator('.auction-result tr.on').waitFor({ timeout: 30_000 })
      assert.ok((await liu.page.locator('.auction-result').innerText()).includes('30,500.00')) // 5 t × 6,100 yuan
      await sound(liu.page, `result ${locale} ${width}`)
      await shot('liu', 'result')
      for (const who of Object.values(people)) await who.close()
    } catch (error) {
      mkdirSync(join(top, 'build/web-faults'), { recursive: true })
      for (const [name, who] of Object.entries(people)) if (!who.page.isClosed()) await who.page.screenshot({ path: join(top, 'build/web-faults', `outcry-${locale}-${width}-${name}.png`), fullPage: true }).catch(() => {})
      throw error
    } finally {
      await browser.close()
      await server.stop()
    }
  })
