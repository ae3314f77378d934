// The registry of rights in the browser: a holder looks at his rights, is told why a transfer cannot be, proposes one that can;
// the office approves it together with a cap; both holders see the new figures, and nobody those of others; the office follows a
// right back to the cap; anybody looks up what is public.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, sound, turns } from './lib.mjs'
import { registry } from './rights-office.mjs'

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`rights from a proposal to a new holder in ${locale} at ${width} px`, async () => {
    const browser = await launch()
    const { server, come } = await registry(browser, { locale, width })
    const shots = process.env.TRIBUTARY_SHOTS
    if (shots) mkdirSync(shots, { recursive: true })
    const shoot = async (who, name) => { if (shots) await who.page.screenshot({ path: join(shots, `${name}-${locale}.png`), fullPage: true }) }
    const column = (who, name) => who.page.locator(`td[data-title="${who.t(name)}"]`)
    try {
      const [liu, fang, chen, wang] = [await come('liu'), await come('fang'), await come('chen'), await come('wang')]

      // What he has, as a chart and as a table that says the same.
      await liu.go('/console/rights')
      await liu.page.locator('.held .chart canvas').waitFor()
      assert.ok((await column(liu, 'right.held').allInnerTexts()).includes('40,000'))
      assert.ok((await column(liu, 'right.state.pledged').allInnerTexts()).includes('5,000'))
      assert.ok((await column(liu, 'right.state.frozen').allInnerTexts()).includes('8,000'))
      await liu.page.getByText('示例法院').first().waitFor()
      await sound(liu.page, 'my rights')
      await shoot(liu, 'rights')
      await liu.page.emulateMedia({ media: 'print' })
      await shoot(liu, 'print')
      await liu.page.emulateMedia({ media: null })

      // Too much, and beyond the receiver's permit: both are told while he types, each with its article or that there is none.
      await liu.button('right.ask').click()
      const form = liu.page.locator('.right-form')
      await form.waitFor()
      await form.getByText(liu.t('right.checks_later')).waitFor()
      await liu.page.fill('#right-to', 'H-FOOD')
      await form.locator('.right-known', { hasText: locale === 'zh' ? '示例食品企业' : 'Example Food Company' }).waitFor()
      await liu.page.fill('#right-quantity', '50000')
      await liu.page.fill('#right-start', '2027-01')
      await liu.page.fill('#right-last', '2029-12')
      const refusals = form.locator('.refusals')
      await refusals.getByText('rights.insufficient').waitFor()
      await refusals.getByText('rights.beyond_permit').waitFor()
      await refusals.getByText('国务院令第736号').waitFor()
      await refusals.getByText(liu.t('right.no_article')).waitFor()
      assert.ok(await form.getByRole('button', { name: liu.t('right.send'), exact: true }).isDisabled())
      await sound(liu.page, 'a transfer that would be refused')
      await shoot(liu, 'refused')

      // One that can be: sent, it waits.
      await liu.page.fill('#right-quantity', '2500')
      await liu.page.fill('#right-last', '2027-12')
      await refusals.getByText(liu.t('right.checks_good')).waitFor()
      await liu.page.fill('#right-reason', '转让合同〔2026〕7号')
      await form.getByRole('button', { name: liu.t('right.send'), exact: true }).click()
      await liu.page.getByText(liu.t('right.sent'), { exact: true }).first().waitFor()
      const under_way = liu.page.locator('section[aria-labelledby="rights-waiting"]')
      await under_way.locator('a').first().click()
      await liu.page.waitForURL(/\/console\/rights\/transactions\//)
      await liu.page.getByText('转让合同〔2026〕7号').first().waitFor()
      await liu.page.getByText(liu.t('right.not_your_own')).waitFor()
      await sound(liu.page, 'a transaction that waits')
      const address = new URL(liu.page.url()).pathname
      const key = decodeURIComponent(address.split('/').pop())

      // Another holder: what is on its way to him, but not the account it comes from.
      await fang.go('/console/rights')
      await fang.page.locator('section[aria-labelledby="rights-waiting"] a').waitFor()
      assert.equal(await fang.page.getByText('40,000').count(), 0)
      for (const path of ['accounts/H-LIQUOR', 'holdings?account=H-LIQUOR', 'months?account=H-LIQUOR', 'certificates?account=H-LIQUOR', 'freezes?account=H-LIQUOR', 'transactions/A', 'transactions/P'])
        assert.equal(await fang.page.evaluate(async (p) => (await fetch(`/api/v1/rights/${p}`)).status, path), 404, path)
      for (const path of ['utilisation', 'purchases', 'chain?account=H-FOOD&instrument=COD-GUO'])
        assert.equal(await fang.page.evaluate(async (p) => (await fetch(`/api/v1/rights/${p}`)).status, path), 403, path)
      assert.equal(await fang.page.evaluate(async () => (await (await fetch('/api/v1/rights/changes')).json()).items.length), 0)
      // The browser tells of each answer that was refused; nothing else may have gone wrong.
      assert.equal(fang.faults.filter((f) => !/status of 40[34]/.test(f)).length, 0)
      fang.faults.length = 0

      // The office sets up a cap; one person approves both at once, giving a reason.
      await chen.go('/console/registry')
      await chen.button('right.set_up').click()
      await chen.page.selectOption('#set-instrument', 'NH3N-GUO')
      await chen.page.fill('#set-quantity', '9000')
      await chen.page.fill('#set-start', '2026-01')
      await chen.page.fill('#set-last', '2030-12')
      await chen.page.fill('#set-reason', '示例总量文件〔2026〕1号')
      await sound(chen.page, 'setting up a cap')
      await chen.page.locator('.right-form').getByRole('button', { name: chen.t('right.send'), exact: true }).click()
      await chen.page.locator('.approvals').getByText('示例总量文件〔2026〕1号').waitFor()
      assert.equal(await chen.page.locator('.approvals input').count(), 0)
      await wang.go('/console/registry')
      const waiting = wang.page.locator('.approvals li')
      await waiting.nth(1).waitFor()
      await sound(wang.page, 'what waits')
      await shoot(wang, 'waiting')
      for (const box of await wang.page.locator('.approvals input').all()) await box.check()
      await wang.button('right.approve_n', { n: 2 }).click()
      await wang.page.getByText(wang.t('right.reason_needed')).waitFor()
      await wang.page.fill('#approvals-reason', '核对合同和文件')
      await wang.button('right.approve_n', { n: 2 }).click()
      await wang.page.getByText(wang.t('right.none_waiting')).waitFor()

      // Both see the new figures; the buyer has a certificate.
      await liu.go('/console/rights')
      await column(liu, 'right.held').getByText('37,500', { exact: true }).first().waitFor()
      await fang.go('/console/rights')
      await column(fang, 'right.held').getByText('2,500', { exact: true }).first().waitFor()
      await fang.page.locator('.held .chart canvas').waitFor()
      await fang.page.locator('summary', { hasText: fang.t('right.certificates') }).click()
      await fang.page.getByText('COD-GUO-000001').waitFor()
      await sound(fang.page, 'rights of the buyer')
      await shoot(fang, 'buyer')

      // Followed back from the account to the cap, and on to the ledger.
      for (const tab of ['transactions', 'freezes', 'changes', 'accounts']) {
        await wang.go(`/console/registry/${tab}`)
        await wang.page.locator('tbody tr').first().waitFor()
        await sound(wang.page, `the registry's ${tab}`)
        await shoot(wang, tab)
      }
      await wang.page.locator('tbody tr', { hasText: 'H-FOOD' }).click()
      await wang.page.getByRole('link', { name: wang.t('right.see_chain'), exact: true }).click()
      await wang.page.locator('.chain > li').nth(3).waitFor()
      assert.equal(await wang.page.locator('.chain > li').count(), 4) // the cap, the issue, the allocation, the transfer
      await wang.page.locator('.chain').getByText('转让合同〔2026〕7号').waitFor()
      await sound(wang.page, 'the chain of a right')
      await shoot(wang, 'chain')
      const shen = await come('shen')
      await shen.go('/console/registry/chain?account=H-FOOD&instrument=COD-GUO')
      await shen.page.locator('.chain > li').last().locator('a[href*="ledger"]').click()
      await shen.page.getByText(shen.t('ledger.of_right', { key })).waitFor()
      await shen.page.getByText(shen.t('purpose.right:free')).first().waitFor()
      await sound(shen.page, 'the ledger of a transaction')
      await shoot(shen, 'ledger')
      await shen.close()
      await wang.go('/console/caps')
      await wang.page.locator('.caps-bar').waitFor()
      await sound(wang.page, 'caps and their use')
      await shoot(wang, 'caps')
      await wang.go(address)
      await wang.page.locator('.history li').nth(1).waitFor()
      await sound(wang.page, 'a transaction that is done')

      // Of what the national registry holds the copy is surrendered: for which year, of which vintage, and on which day there.
      await server.cli('right', 'propose', 'CEA-1', '--kind', 'issue', '--instrument', 'CEA', '--vintage', '2025', '--from', 'ISSUE', '--to', 'H-LIQUOR', '--quantity', '9000', '--by', 'seed', '--reason', '对账单')
      await server.cli('right', 'approve', 'CEA-1', '--by', 'seed2', '--reason', '示例')
      await liu.go('/console/rights')
      await liu.page.locator('.held', { hasText: locale === 'zh' ? '全国碳排放配额' : 'National carbon allowances' }).getByRole('button', { name: liu.t('right.ask'), exact: true }).click()
      assert.equal(await form.locator('input[name=right-kind]').count(), 2)
      await liu.page.fill('#right-quantity', '8000')
      await liu.page.fill('#right-vintage', '2025')
      await liu.page.fill('#right-claim', '年度清缴')
      await liu.page.fill('#right-surrendered', '2026-01-15')
      await refusals.getByText('rights.bad_value').waitFor() // for which year, nobody could tell
      await liu.page.fill('#right-claim', '2025年度清缴')
      await refusals.getByText(liu.t('right.checks_good')).waitFor()
      await liu.page.fill('#right-reason', '全国系统清缴凭证')
      await sound(liu.page, 'a surrender in the national system')
      await shoot(liu, 'surrender')
      await form.getByRole('button', { name: liu.t('right.send'), exact: true }).click()
      await under_way.locator('a').first().click()
      await liu.page.locator('.right-facts').getByText('2026-01-15').waitFor()

      // In public: by name, by certificate; not the pledge, the freeze, or the numbers of accounts.
      const anybody = await person(browser, server, { locale, width })
      await anybody.go('/registry')
      await anybody.page.fill('#rights-words', '示例酿酒')
      await anybody.button('find.go').click()
      await anybody.page.getByText('37,500').first().waitFor()
      const shown = await anybody.page.locator('main').innerText()
      for (const hidden of ['H-LIQUOR', '示例法院', '示例银行', key]) assert.ok(!shown.includes(hidden), hidden)
      await sound(anybody.page, 'the registry in public')
      await shoot(anybody, 'public')
      await anybody.page.fill('#rights-words', 'COD-GUO-000001')
      await anybody.button('find.go').click()
      await anybody.page.getByText(anybody.t('right.certificate_number', { n: 'COD-GUO-000001' })).waitFor()
      for (const who of [liu, fang, chen, wang, anybody]) await who.close()
    } finally {
      await browser.close()
      await server.stop()
    }
  })
