// A round of a smart market run to settlement by those who have a part in it, each in a browser of his own: who announces and
// closes, who approves, a seller upstream and two buyers below, who decides, and the public; then water is called out by two.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'

const staff = {
  chen: ['陈静', 'office', 'office_drafter'], wang: ['王敏', 'office', 'office_approver'], li: ['李强', 'office', 'office_approver'],
  liu: ['刘酿', 'demo-liquor', 'enterprise'], fang: ['方食', 'demo-food', 'enterprise'], pan: ['潘药', 'demo-pharma', 'enterprise'],
}
const secret = (name) => `沟塘清又清清-${name}-2026`

// TRIBUTARY_GUIDE=1 takes the guide's pictures on the way.
const guide = process.env.TRIBUTARY_GUIDE
for (const [locale, width] of guide ? [['zh', 1000], ['en', 1000]] : turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`a smart market from notice to settlement in ${locale} at ${width} px`, async () => {
    const once = {}
    const year = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 4)
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'demo')
      await cli('right', 'cap', 'WATER-SURFACE', '--vintage', year, '--quantity', '1000000', '--by', 'a', '--approver', 'b', '--reason', '示例')
      const done = async (key, ...what) => {
        await cli('right', 'propose', key, ...what, '--reason', '示例', '--by', 'a')
        await cli('right', 'approve', key, '--reason', '示例', '--by', 'b')
      }
      await done('I', '--kind', 'issue', '--instrument', 'WATER-SURFACE', '--vintage', year, '--from', 'ISSUE', '--to', 'H-LIQUOR', '--quantity', '60000')
      for (const account of ['H-FOOD', 'H-PHARMA', 'RESERVE']) await done(`D-${account}`, '--kind', 'deposit', '--instrument', 'CNY', '--from', 'DEMO-BANK', '--to', account, '--quantity', '20000000')
      await cli('user', 'setup')
      for (const [name, [display, organisation, roles]] of Object.entries(staff)) once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password
    })
    const browser = await launch()
    mkdirSync(join(top, 'build/screens'), { recursive: true })
    const people = {}
    const shot = (name, what) => people[name].page.screenshot({ path: join(top, 'build/screens', `smart-${what}-${locale}-${width}.png`), fullPage: true })
    const picture = async (who, name, of, most) => {
      if (!guide) return
      await who.page.mouse.move(0, 0)
      await who.page.waitForTimeout(300)
      const box = await who.page.locator(of).evaluate((part) => {
        const { x, y, width, height } = part.getBoundingClientRect()
        return { x: x + scrollX, y: y + scrollY, width, height }
      })
      await who.page.screenshot({ path: join(top, 'docs/guide/images', locale, `${name}.png`), clip: { ...box, height: Math.min(box.height, most) }, fullPage: true })
    }
    try {
      for (const name of Object.keys(staff)) {
        people[name] = await person(browser, server, { locale, width })
        await people[name].begin(name, once[name], secret(name))
      }
      const { chen, wang, li, liu, fang, pan } = people
      const { t } = chen
      const local = (at) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)
      const act = async (who, label) => {
        await who.page.getByRole('button', { name: label, exact: true }).first().click()
        const dialog = who.page.getByRole('dialog', { name: label })
        await dialog.getByLabel(t('auction.reason')).fill('核对无误')
        await dialog.getByRole('button', { name: label, exact: true }).click()
        await dialog.waitFor({ state: 'hidden' })
      }
      const phase = (who, name) => who.page.locator('.page-head .tag', { hasText: t(`smart.phase.${name}`) }).waitFor({ timeout: 150_000 })
      const at = '/console/smart/1'

      // Drafted by one, with a figure of its own; approved by another.
      await chen.go('/console/smart')
      await chen.page.getByText(t('smart.none')).waitFor()
      await chen.button('smart.announce').click()
      const draft = chen.page.getByRole('dialog', { name: t('smart.announce') })
      await draft.getByRole('button', { name: t('auction.send_draft'), exact: true }).click()
      await draft.getByText(t('auction.fill_in')).waitFor()
      const opens = Math.ceil(Date.now() / 1000) * 1000 + 20_000
      await draft.getByLabel(t('auction.opens')).fill(local(opens))
      await draft.getByLabel(t('auction.closes')).fill(local(opens + 110_000))
      await draft.getByRole('button', { name: t('smart.add_figure'), exact: true }).click()
      await draft.locator('.smart-figure select').selectOption('上中干渠|capacity')
      await draft.getByLabel(t('smart.figure_value'), { exact: true }).fill('5000')
      await draft.locator('.smart-figure').getByLabel(t('auction.reason')).fill('检修')
      await draft.getByLabel(t('auction.reason')).last().fill('年度撮合')
      await sound(chen.page, `draft ${locale} ${width}`)
      await shot('chen', 'draft')
      await draft.getByRole('button', { name: t('auction.send_draft'), exact: true }).click()
      await chen.page.waitForURL(`**${at}`)
      await phase(chen, 'draft')
      assert.equal(await chen.button('auction.act.approve').count(), 0)
      await wang.go(at)
      await act(wang, t('auction.act.approve'))

      // Everybody may look on from now on; no page of a round is loaded anew by hand.
      people.anybody = await person(browser, server, { locale, width })
      await people.anybody.go('/smart/1')
      const told = (name) => people.anybody.page.locator('.overview-say .tag', { hasText: t(`smart.phase.${name}`) }).waitFor({ timeout: 150_000 })
      await told('announced')

      // Each applies with the zone he is in and what his water is for; another person admits.
      for (const [who, zone] of [[liu, '上游示例区'], [fang, '中游示例区'], [pan, '中游示例区']]) {
        await who.go(at)
        const join = who.page.locator('[aria-labelledby="smart-join"]')
        await join.getByLabel(new RegExp(`^${t('smart.zone')}`)).selectOption(zone)
        await join.getByLabel(new RegExp(`^${t('smart.purpose')}`)).selectOption('工业')
        if (who === pan && (await who.page.getByLabel(t('auction.account')).count())) await who.page.getByLabel(t('auction.account')).selectOption('H-PHARMA')
        await who.button('auction.apply').click()
        await who.page.getByText(t('auction.admission.applied'), { exact: true }).waitFor()
      }
      await chen.page.reload()
      for (let n = 0; n < 3; n++) await act(chen, t('auction.act.admit'))
      await sound(chen.page, `office ${locale} ${width}`)
      await shot('chen', 'office')

      // Sealed, and checked as it is typed: the buyer's cash, the seller's water.
      const bid = async (who, price, quantity) => {
        await phase(who, 'bidding') // the page renews itself
        const form = who.page.locator('.bid-form')
        await form.getByLabel(new RegExp(`^${t('smart.limit_price')}`)).fill(price)
        await form.getByLabel(new RegExp(`^${t('auction.quantity')}`)).fill(quantity)
        return form
      }
      const send = async (who, form) => {
        await form.getByText(t('auction.nothing_against')).waitFor()
        await form.getByRole('button', { name: t('smart.send'), exact: true }).click()
        await who.page.getByText(t('auction.stands'), { exact: true }).waitFor()
      }
      let form = await bid(liu, '0.50', '20000')
      await form.getByLabel(t('smart.side')).selectOption('sell')
      await send(liu, form)
      form = await bid(fang, '1.20', '4001')
      await form.locator('.field-wrong').first().waitFor() // not in whole steps
      form = await bid(fang, '1.20', '4000')
      await form.getByText('4,824.00').first().waitFor() // 4,000 at 1.20 and half a per cent
      await sound(fang.page, `bid ${locale} ${width}`)
      await shot('fang', 'bid')
      await picture(fang, 'smart-bid', '.bid-form', 700)
      await send(fang, form)
      form = await bid(pan, '0.90', '3000')
      await send(pan, form)
      assert.ok(!(await chen.page.locator('body').innerText()).includes('4,824'))

      // Cleared once the time has come; the trades wait for somebody who had no other part.
      await phase(chen, 'over')
      await told('over')
      await act(chen, t('smart.act.close'))
      await phase(chen, 'awaiting')
      await phase(wang, 'awaiting')
      await phase(liu, 'awaiting')
      await told('awaiting')
      assert.equal(await wang.button('auction.act.grant').count(), 0)
      await li.go(at)
      await act(li, t('auction.act.grant'))
      await phase(li, 'settled')
      await told('settled')

      // 5,000 sent, 4,600 arrive; 0.50 above, 0.90 below, and the rent between them.
      await phase(liu, 'settled')
      const result = await liu.page.locator('.smart-result').innerText()
      for (const part of ['0.5', '0.9', '4,140.00', '2,500.00', '1,640.00']) assert.ok(result.includes(part), `${part}: ${result}`)
      assert.match(await liu.page.locator('.network svg').getAttribute('aria-label'), /上中干渠|上游示例区 → 中游示例区 5,000/)
      await sound(liu.page, `result ${locale} ${width}`)
      await shot('liu', 'result')
      await picture(liu, 'smart-result', '.smart-result', 800)
      assert.equal(await liu.button('auction.verify').count(), 0)
      await li.button('auction.verify').click()
      await li.page.getByText(t('smart.sound')).waitFor()

      // What was sent is called out by two.
      await chen.go('/console/smart')
      await chen.page.locator('.tag', { hasText: t('smart.phase.settled') }).first().waitFor()
      await chen.button('smart.call_out').click()
      const call = chen.page.getByRole('dialog', { name: t('smart.call_out') })
      await call.getByLabel(new RegExp(t('auction.quantity'))).fill('20000')
      await call.getByLabel(t('auction.reason')).fill('春灌')
      await call.getByRole('button', { name: t('smart.call_out'), exact: true }).click()
      await call.waitFor({ state: 'hidden' })
      await wang.go('/console/smart')
      await act(wang, t('smart.call_approve'))
      await wang.page.locator('.transfer', { hasText: '5,000' }).waitFor()
      await sound(wang.page, `list ${locale} ${width}`)
      await shot('wang', 'list')

      // And the public, without names.
      await people.anybody.go('/smart')
      await sound(people.anybody.page, `notices ${locale} ${width}`)
      await people.anybody.page.locator('.plain-list a').first().click()
      await people.anybody.page.locator('.smart-result').waitFor()
      await sound(people.anybody.page, `notice ${locale} ${width}`)
      await shot('anybody', 'public')
      assert.doesNotMatch(await people.anybody.page.locator('body').innerText(), /酿酒|Liquor|H-FOOD/)
      await people.anybody.go('/market')
      await people.anybody.page.locator('a[href*="/market/20"]').first().click()
      const day = people.anybody.page.locator('[aria-labelledby="b-rounds"]')
      await day.getByText(t('prices.round_bids'), { exact: true }).waitFor()
      for (const part of ['4,600', '1,640.00', '0.9']) assert.ok((await day.innerText()).includes(part), `${part}: ${await day.innerText()}`)
      await sound(people.anybody.page, `bulletin ${locale} ${width}`)
      await shot('anybody', 'bulletin')
      for (const who of Object.values(people)) await who.close()
    } catch (error) {
      mkdirSync(join(top, 'build/web-faults'), { recursive: true })
      for (const [name, who] of Object.entries(people)) if (!who.page.isClosed()) await who.page.screenshot({ path: join(top, 'build/web-faults', `smart-${locale}-${name}.png`), fullPage: true }).catch(() => {})
      throw error
    } finally {
      await browser.close()
      await server.stop()
    }
  })
