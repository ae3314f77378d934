// An auction run to settlement by those who have a part in it, each in a browser of his own: who announces, who approves, two
// bidders and one who is not admitted, who decides, who audits, and the public. One connection is cut on the way.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, line, person, serve, sound, top, turns } from './lib.mjs'

const staff = {
  chen: ['陈静', 'office', 'office_drafter'], wang: ['王敏', 'office', 'office_approver'], li: ['李强', 'office', 'office_approver'],
  shen: ['沈正', 'drc', 'auditor'], liu: ['刘酿', 'demo-liquor', 'enterprise'], fang: ['方食', 'demo-food', 'enterprise'], pan: ['潘药', 'demo-pharma', 'enterprise'],
}
const secret = (name) => `沟塘清又清清-${name}-2026`

// With TRIBUTARY_PICTURES the guide's two pictures are taken on the way, in both languages at the wide size.
const pictures = !!process.env.TRIBUTARY_PICTURES
for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', pictures ? 1280 : 390]]))
  test(`an auction from notice to settlement in ${locale} at ${width} px`, async () => {
    const once = {}
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
    })
    const cable = await line(server)
    const browser = await launch()
    mkdirSync(join(top, 'build/screens'), { recursive: true })
    const people = {}
    const shot = (name, what) => people[name].page.screenshot({ path: join(top, 'build/screens', `auction-${what}-${locale}-${width}.png`), fullPage: true })
    const picture = (name, part, what) => pictures && people[name].page.locator(part).screenshot({ path: join(top, 'docs/guide/images', locale, `${what}.png`) })
    try {
      for (const name of Object.keys(staff)) {
        people[name] = await person(browser, name === 'fang' ? cable.server : server, { locale, width })
        await people[name].begin(name, once[name], secret(name))
      }
      const { chen, wang, li, shen, liu, fang, pan } = people
      const { t } = chen
      const local = (at) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)
      const act = async (who, label, { seed } = {}) => {
        await who.page.getByRole('button', { name: label, exact: true }).first().click()
        const dialog = who.page.getByRole('dialog', { name: label })
        if (seed) await dialog.getByLabel(t('auction.seed')).fill(seed)
        await dialog.getByLabel(t('auction.reason')).fill('核对无误')
        await dialog.getByRole('button', { name: label, exact: true }).click()
        await dialog.waitFor({ state: 'hidden' })
      }
      const phase = (who, name) => who.page.locator('.page-head .tag', { hasText: t(`auction.phase.${name}`) }).waitFor({ timeout: 90_000 })

      // Drafted by one, approved by another.
      await chen.go('/console/exchange')
      await chen.page.getByText(t('auction.none')).waitFor()
      await chen.button('auction.announce').click()
      const draft = chen.page.getByRole('dialog', { name: t('auction.announce') })
      await draft.getByRole('button', { name: t('auction.send_draft'), exact: true }).click()
      await draft.getByText(t('auction.fill_in')).waitFor()
      const opens = Math.ceil(Date.now() / 1000) * 1000 + 75_000
      const closes = opens + 50_000
      await draft.getByLabel(t('auction.reserve_account')).selectOption('RESERVE')
      await draft.getByLabel(new RegExp(`^${t('auction.quantity')}`)).fill('5000')
      await draft.getByLabel(t('auction.from')).fill('2027-01')
      await draft.getByLabel(t('auction.to')).fill('2028-01')
      await draft.getByLabel(t('auction.opens')).fill(local(opens))
      await draft.getByLabel(t('auction.closes')).fill(local(closes))
      await draft.getByLabel(t('auction.reason')).fill('年度出让')
      await sound(chen.page, `draft ${locale} ${width}`)
      await shot('chen', 'draft')
      await draft.getByRole('button', { name: t('auction.send_draft'), exact: true }).click()
      await chen.page.waitForURL('**/console/exchange/1')
      await phase(chen, 'draft')
      assert.equal(await chen.button('auction.act.approve').count(), 0)
      await wang.go('/console/exchange/1')
      await act(wang, t('auction.act.approve'))
      await phase(chen, 'announced') // told by the server, nobody loaded anew

      // Not admitted: every code, with the article.
      await pan.go('/console/exchange/1')
      await pan.page.getByLabel(t('auction.account')).selectOption('T-PHARMA')
      await pan.page.getByLabel(t('auction.zone')).fill('西淝河')
      await pan.page.locator('.checks', { hasText: '西淝河' }).waitFor() // checked as it is typed
      await pan.button('auction.apply').click()
      const refusal = pan.page.getByRole('alert')
      await refusal.getByText(t('auction.not_admitted', { n: 2 })).waitFor()
      const said = await refusal.innerText()
      for (const part of ['BASIN', 'PERMIT', '示例第一条']) assert.ok(said.includes(part), `${part}: ${said}`)
      await sound(pan.page, `refusal ${locale} ${width}`)
      await shot('pan', 'refusal')
      assert.match(pan.faults.splice(0).join(), /409/)

      // Two apply and are admitted by the operator.
      for (const who of [liu, fang]) {
        await who.go('/console/exchange/1')
        await who.page.getByLabel(t('auction.zone')).fill('涡河')
        await who.button('auction.apply').click()
        await who.page.getByText(t('auction.admission.applied'), { exact: true }).waitFor()
      }
      // While one is cut off, both are admitted: he hears of both when the line carries again.
      await fang.page.locator('[data-event="2"]').waitFor()
      cable.cut()
      await fang.page.getByText(t('auction.lost')).waitFor()
      await chen.page.reload()
      for (const n of [1, 2]) {
        await act(chen, t('auction.act.admit'))
        await chen.page.locator(`[data-event="${n + 2}"]`).waitFor()
      }
      await shot('chen', 'admitted')
      await sound(chen.page, `operator ${locale} ${width}`)
      assert.equal(await fang.page.locator('[data-event="3"]').count(), 0)
      cable.mend()
      await fang.page.locator('[data-event="4"]').waitFor()
      assert.deepEqual(await fang.page.locator('[data-event]').evaluateAll((all) => all.map((e) => e.dataset.event)), ['1', '2', '3', '4'])
      await fang.page.getByText(t('auction.live')).waitFor()
      fang.faults.length = 0 // the browser's words about the line that was cut

      // Sealed bids, checked as they are typed; one is improved.
      const bid = async (who, price, quantity) => {
        const form = who.page.locator('.bid-form')
        await form.getByLabel(new RegExp(`^${t('auction.price')}`)).fill(price)
        await form.getByLabel(new RegExp(`^${t('auction.quantity')}`)).fill(quantity)
        return form
      }
      await phase(liu, 'bidding')
      let form = await bid(liu, '6205', '3000')
      await form.locator('.field-wrong').first().waitFor()
      form = await bid(liu, '6200', '3000')
      await form.getByText(t('auction.nothing_against')).waitFor()
      await form.getByText('18,693.00').first().waitFor() // 3 t × 6,200 yuan and half a per cent
      await sound(liu.page, `bid ${locale} ${width}`)
      await shot('liu', 'bid')
      await picture('liu', '[aria-labelledby=my-bids]', 'auction-room')
      await form.getByRole('button', { name: t('auction.send_bid'), exact: true }).click()
      await liu.page.getByText(t('auction.stands'), { exact: true }).waitFor()
      form = await bid(fang, '6100', '2500')
      await form.getByRole('button', { name: t('auction.send_bid'), exact: true }).click()
      await fang.button('auction.improve').click()
      form = await bid(fang, '6150', '2500')
      await form.getByRole('button', { name: t('auction.send_improved'), exact: true }).click()
      await fang.page.getByText(t('auction.replaced'), { exact: true }).waitFor()
      assert.ok(!(await chen.page.locator('body').innerText()).includes('6,200'))

      // Opened once the time has come; the trades wait for somebody who had no other part.
      await phase(chen, 'over')
      await act(chen, t('auction.act.close'), { seed: '20261128' })
      await phase(chen, 'awaiting')
      await phase(liu, 'awaiting')
      await wang.page.reload()
      await phase(wang, 'awaiting')
      assert.equal(await wang.button('auction.act.grant').count(), 0)
      await li.go('/console/exchange/1')
      await sound(li.page, `decision ${locale} ${width}`)
      await shot('li', 'decision')
      await act(li, t('auction.act.grant'))

      // Each sees his own line; the title has moved.
      await phase(liu, 'settled')
      await liu.page.locator('.auction-result tr.on').waitFor()
      assert.ok((await liu.page.locator('.auction-result').innerText()).includes('15,375.00'))
      await sound(liu.page, `result ${locale} ${width}`)
      await shot('liu', 'result')
      await picture('liu', '.auction-result', 'auction-result')
      await liu.page.getByRole('link', { name: /auction-1-trade/ }).click()
      await liu.page.getByText('DEMO-COD-GUO', { exact: false }).first().waitFor()
      await sound(liu.page, `trade ${locale} ${width}`)
      await shot('liu', 'trade')

      // Who audits clears again, and reads who did what.
      await shen.go('/console/exchange/1')
      await shen.button('auction.verify').click()
      await shen.page.getByText(t('auction.sound')).waitFor()
      for (const name of ['chen', 'wang', 'li', 'liu', 'fang']) assert.ok((await shen.page.locator('[aria-labelledby=auction-trail]').innerText()).includes(name), name)
      await sound(shen.page, `trail ${locale} ${width}`)
      await shot('shen', 'trail')
      await shen.go('/console/exchange')
      await shen.page.locator('.tag', { hasText: t('auction.phase.settled') }).waitFor()
      await sound(shen.page, `list ${locale} ${width}`)
      await shot('shen', 'list')

      // And the public, without names.
      people.anybody = await person(browser, server, { locale, width })
      await people.anybody.go('/auctions')
      await sound(people.anybody.page, `notices ${locale} ${width}`)
      await people.anybody.page.locator('.plain-list a').first().click()
      await people.anybody.page.locator('.auction-result').waitFor()
      await sound(people.anybody.page, `notice ${locale} ${width}`)
      await shot('anybody', 'public')
      assert.doesNotMatch(await people.anybody.page.locator('body').innerText(), /酿酒|Liquor|H-FOOD/)
      for (const who of Object.values(people)) await who.close()
    } catch (error) {
      mkdirSync(join(top, 'build/web-faults'), { recursive: true })
      for (const [name, who] of Object.entries(people)) if (!who.page.isClosed()) await who.page.screenshot({ path: join(top, 'build/web-faults', `auction-${locale}-${name}.png`), fullPage: true }).catch(() => {})
      throw error
    } finally {
      await browser.close()
      await cable.end()
      await server.stop()
    }
  })
