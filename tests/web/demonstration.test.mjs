// What somebody new can do in the demonstration, with the people that ./run adds and nothing else: divide a cap by three methods and
// compare, run an auction to its settlement, be told why a transfer is refused and by which article, settle what needs an
// approval, and see where a company stands against its rolling limit today.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'

const secret = (name) => `新人自己走一遍-${name}-2026`

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`a newcomer in the demonstration in ${locale} at ${width} px`, async () => {
    const once = {}
    const server = await serve(async ({ run }) => {
      await run(join(top, 'scripts/demonstration'), [], { TRIBUTARY_DEMONSTRATION_BIDDING: '130' })
      for (const line of (await run(join(top, 'scripts/demonstration-people'), ['--json'])).trim().split('\n')) {
        const one = JSON.parse(line)
        once[one.name] = one.one_time_password
      }
    })
    const browser = await launch()
    mkdirSync(join(top, 'build/screens'), { recursive: true })
    try {
      const people = {}
      for (const name of ['demo', 'demo-approver', 'demo-liquor', 'demo-food']) {
        people[name] = await person(browser, server, { locale, width })
        await people[name].begin(name, once[name], secret(name))
      }
      const { demo, 'demo-approver': approver, 'demo-liquor': liquor, 'demo-food': food } = people
      const { t } = demo
      const shot = (who, what) => who.page.screenshot({ path: join(top, 'build/screens', `newcomer-${what}-${locale}-${width}.png`), fullPage: true })

      // The auction takes bids within a minute: both plants bid first, and have their receipts.
      const phase = (who, name) => who.page.locator('.page-head .tag', { hasText: t(`auction.phase.${name}`) }).waitFor({ timeout: 150_000 })
      for (const [who, price, quantity] of [[liquor, '6300', '1500'], [food, '6200', '1000']]) {
        await who.go('/console/exchange')
        await who.page.locator('a[href="/console/exchange/2"]').first().click()
        await phase(who, 'bidding')
        const form = who.page.locator('.bid-form')
        await form.getByLabel(new RegExp(`^${t('auction.price')}`)).fill(price)
        await form.getByLabel(new RegExp(`^${t('auction.quantity')}`)).fill(quantity)
        await form.getByText(t('auction.nothing_against')).waitFor()
        await form.getByRole('button', { name: t('auction.send_bid'), exact: true }).click()
        await who.page.getByText(t('auction.stands'), { exact: true }).waitFor()
      }

      // A cap by three methods, side by side, while the clock runs.
      await demo.go('/console/allocation')
      await demo.page.locator('.comparison tbody tr:not(.why)').first().waitFor()
      const shares = (await demo.page.locator('.comparison .of-share').allInnerTexts()).map((x) => Number(x.replaceAll(',', '')))
      assert.equal(shares.length, 9)
      for (const m of [0, 1, 2]) assert.equal(shares.filter((_, i) => i % 3 === m).reduce((a, b) => a + b, 0), 5600)
      assert.notDeepEqual(shares.filter((_, i) => i % 3 === 0), shares.filter((_, i) => i % 3 === 1))
      await shot(demo, 'methods')

      // Half a year of use, leased: the market says what it gives; part of it goes back early when another person agrees.
      await food.go('/console/markets/2')
      await food.page.locator('.terms dt', { hasText: t('auction.gives') }).waitFor()
      await sound(food.page, `lease market ${locale} ${width}`)
      await shot(food, 'lease-market')
      await food.go('/console/rights')
      await food.page.getByRole('link', { name: locale === 'zh' ? /成交（租赁）/ : /Trade \(lease\)/ }).first().click()
      const back = food.page.locator('[aria-labelledby=give-back]')
      await back.getByLabel(t('right.give_back_from')).selectOption('2027-04')
      await back.getByLabel(t('right.reason')).fill('二季度停产检修')
      await sound(food.page, `a lease ${locale} ${width}`)
      await shot(food, 'lease')
      const leased = food.page.url()
      await back.getByRole('button', { name: t('right.give_back_send'), exact: true }).click()
      await food.page.waitForURL((url) => url.href !== leased)
      await food.page.getByText(t('right.not_your_own')).waitFor()
      await approver.page.goto(food.page.url())
      await approver.page.fill('#right-why', '核对无误')
      await approver.button('right.approve').click()
      await approver.page.getByText(t('right.done.approve'), { exact: true }).waitFor()
      await food.page.goto(leased)
      await food.page.locator('.right-facts').waitFor()
      assert.equal(await back.locator('option').count(), 3) // January to March are left

      // A transfer that would be refused says why, with the article or that there is none.
      await liquor.go('/console/rights')
      await liquor.button('right.ask').first().click()
      const form = liquor.page.locator('.right-form')
      await liquor.page.fill('#right-to', 'H-FOOD')
      await liquor.page.fill('#right-quantity', '50000')
      await liquor.page.fill('#right-start', '2027-01')
      await liquor.page.fill('#right-last', '2029-12')
      await form.locator('.refusals').getByText('rights.beyond_permit').waitFor()
      await form.locator('.refusals').getByText('国务院令第736号').waitFor()
      await shot(liquor, 'refused')

      // Where a company stands against its limit of twelve months.
      await demo.go('/console/compliance')
      const works = locale === 'zh' ? '示例食品企业厂区' : 'Example Food Works'
      const card = demo.page.locator('.standings > li', { hasText: works })
      await card.getByText(t('compliance.over')).first().waitFor()
      await card.getByRole('link', { name: works }).click()
      await demo.page.locator('.standing-figures').waitFor()
      await sound(demo.page, `standing ${locale} ${width}`)
      await shot(demo, 'standing')

      // Opened when its time has come; what it sold waits for an authority, which another person is.
      const act = async (who, label, seed) => {
        await who.page.getByRole('button', { name: label, exact: true }).first().click()
        const dialog = who.page.getByRole('dialog', { name: label })
        if (seed) await dialog.getByLabel(t('auction.seed')).fill(seed)
        await dialog.getByLabel(t('auction.reason')).fill('核对无误')
        await dialog.getByRole('button', { name: label, exact: true }).click()
        await dialog.waitFor({ state: 'hidden' })
      }
      await demo.go('/console/exchange/2')
      await phase(demo, 'over')
      await act(demo, t('auction.act.close'), '20261128')
      await phase(demo, 'awaiting')
      await approver.go('/console/exchange/2')
      await act(approver, t('auction.act.grant'))
      await phase(approver, 'settled')
      await sound(approver.page, `settled ${locale} ${width}`)
      await shot(approver, 'settled')

      // Each has half, since nobody may have more; the price is that of the last bid that was served.
      await food.go('/console/exchange/2')
      await food.page.locator('.auction-result tr.on').waitFor()
      const mine = await food.page.locator('.auction-result tr.on').innerText()
      assert.match(mine, /1,000\s*$/)
      assert.match(mine, /6,200/)
      for (const who of Object.values(people)) await who.close()
    } finally {
      await browser.close()
      await server.stop()
    }
  })
