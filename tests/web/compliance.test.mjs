// A plant over its permit, from the metered months to the notice it gets and its answer: two officers of the department, the
// company, and another company that sees nothing of it.
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { sound, top, turns } from './lib.mjs'
import { inOffice, later } from './office.mjs'

const staff = {
  gu: ['顾敏', 'ecology', 'lead_department'], ren: ['任远', 'ecology', 'lead_department'],
  fang: ['方圆', 'demo-food', 'enterprise'], liu: ['刘洋', 'demo-liquor', 'enterprise'],
}
for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`from twelve months to a notice: ${locale}, ${width} px`, () => inOffice('compliance', staff, {
    locale, width, pack: 'demo',
    prepare: ({ cli }) => cli('import', join(top, 'policies/demo/readings/emission.csv'), '--as', 'emission-month'),
  }, async (world) => {
    for (const name of Object.keys(staff)) await world.come(name)
    const { gu, fang, liu } = world.people
    const card = (who, place) => who.page.locator('.standings > li', { hasText: place })

    // The department sees every plant, those over a limit first; a month without a reading is not zero.
    await gu.go('/console/compliance')
    await gu.page.locator('.standings > li').first().waitFor()
    assert.equal(await gu.page.locator('.standings > li').count(), 5)
    const food = locale === 'zh' ? '示例食品企业厂区' : 'Example Food Works'
    const pharma = locale === 'zh' ? '示例制药企业厂区' : 'Example Pharmaceutical Works'
    await card(gu, pharma).getByText(gu.t('compliance.unknown')).first().waitFor()
    await card(gu, food).getByText(gu.t('compliance.over')).first().waitFor()
    await sound(gu.page, 'compliance')
    await card(gu, food).getByRole('link', { name: food }).click()
    await gu.page.locator('.standing-figures').waitFor()
    assert.match(await gu.page.locator('.standing-figures').innerText(), /12\.8/)
    // July 2025 to June 2026: 15.6 t, though neither year exceeds 12.
    await gu.page.getByText(gu.t('compliance.as_table')).click()
    assert.match(await gu.page.locator('details tbody').innerText(), /15\.6/)
    // A figure leads to the row of the file.
    await gu.page.locator('.standing-why summary').first().click()
    await gu.page.locator('.standing-why .node-rows td').first().waitFor()
    assert.match(await gu.page.locator('.standing-why').first().innerText(), /emission\.csv/)
    await sound(gu.page, 'standing')

    // The notice has the figures; the officer writes what is asked and until when.
    await gu.button('compliance.notice').click()
    await gu.page.waitForURL(/\/console\/cases\/\d+$/)
    await gu.page.locator('.case-top h1').waitFor()
    assert.equal(await gu.page.locator('.field:has(#f-used-label) .field-value').innerText(), '12.8 t')
    assert.equal(await gu.page.locator('#f-used').count(), 0)
    await world.choose('gu', 'f-unit', locale === 'zh' ? '示例食品企业' : 'Example Food Company')
    await gu.page.fill('#f-asked', '说明原因，提出减排措施')
    await gu.page.fill('#f-answer_by', later(15))
    const id = world.id('gu')
    await world.press('gu', 'submit')
    await world.open('ren', id)
    await world.press('ren', 'send')

    // The company finds it among what is due, and answers. The other company sees neither place nor notice.
    await fang.go('/console/compliance')
    await fang.page.locator('.standings > li').first().waitFor()
    assert.equal(await fang.page.locator('.standings > li').count(), 1)
    await world.due('fang', '化学需氧量')
    await world.press('fang', 'reply', (page) => page.fill('#d-answer', '十月起新设施运行'))
    await liu.go('/console/compliance')
    await liu.page.locator('.standings > li').first().waitFor()
    assert.equal(await card(liu, food).count(), 0)
    assert.equal((await world.read('liu', '/cases?limit=100')).items.length, 0)
    await world.open('ren', id)
    await world.press('ren', 'close', async (page) => {
      await page.selectOption('#d-outcome', 'mended')
      await page.fill('#d-finding', '现场核实')
    })
  }))

// A surrender whose day is long over stays in sight beside the year that runs; a notice is offered for the first only.
for (const [locale, width] of turns(import.meta.url, [['zh', 390], ['en', 1280]]))
  test(`a year that is over: ${locale}, ${width} px`, async () => {
    const packs = mkdtempSync(join(tmpdir(), 'tributary-packs-'))
    cpSync(join(top, 'policies'), packs, { recursive: true })
    appendFileSync(join(packs, 'demo/registry/attributes.csv'), 'plant:demo-liquor,verified_emission,18000,2024-01-01,2025-01-01,2026-11-28,示例,false,true\n')
    await inOffice('compliance-year', { gu: staff.gu }, { locale, width, pack: 'demo', packs }, async (world) => {
      const { page, go, t, button } = await world.come('gu')
      await go('/console/compliance')
      await page.locator('.standings > li').first().waitFor()
      const short = page.locator('.standings > li', { hasText: t('compliance.of_due.over') })
      assert.equal(await short.count(), 1)
      assert.match(await short.innerText(), /2024/)
      assert.match(await short.innerText(), /18,?000/)
      const lacking = page.locator('.standings > li', { hasText: t('compliance.of_due.lacking') })
      assert.match(await lacking.innerText(), /2025/)
      await sound(page, 'compliance of two years')
      await short.getByRole('link').first().click()
      await page.locator('.standing-figures').waitFor()
      assert.equal(await page.locator('#standing-period').inputValue(), '2024')
      await button('compliance.notice').waitFor()
      await sound(page, 'standing of the year that is over')
      await page.selectOption('#standing-period', '2025')
      await page.locator('.card', { hasText: t('compliance.of_due.lacking') }).first().waitFor()
      assert.equal(await button('compliance.notice').count(), 0)
      assert.match(page.url(), /period=2025/)
    })
    rmSync(packs, { recursive: true })
  })
