// The allocation studio, pressed from the demonstration's units to rights in the registry: a bad table shows every fault by its
// cell; three methods beside one another, who gains and why; one is adopted by the case, which somebody else approves.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'

const secret = (name) => `分田分水分得清-${name}-2026`
const later = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

/** The project's packs, but the adoption need not wait for the last day of objections: no test can wait for that day. */
function packs() {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-packs-'))
  cpSync(join(top, 'policies'), folder, { recursive: true })
  const file = join(folder, 'cn-341602/cases/allocation-adoption.yaml')
  const text = readFileSync(file, 'utf8')
  const impatient = text.replace('not_by: [start, submit, answer], after: objection,', 'not_by: [start, submit, answer],').replace(/^examples:[^]*$/m, '')
  assert.notEqual(impatient, text)
  writeFileSync(file, impatient)
  return folder
}

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`the studio in ${locale} at ${width} px`, async () => {
    const folder = packs()
    const browser = await launch()
    const once = {}
    const server = await serve(async ({ cli, run }) => {
      await run(join(top, 'scripts/demonstration'), [])
      await cli('user', 'setup')
      for (const [name, display, roles] of [['planner', '陈静', 'office_drafter'], ['approver', '李强', 'office_approver']])
        once[name] = (await cli('user', 'add', name, '--display', display, '--roles', roles, '--organisation', 'office')).one_time_password
    }, folder)
    try {
      const planner = await person(browser, server, { locale, width })
      await planner.begin('planner', once.planner, secret('planner'))
      const { page, t } = planner
      await planner.go('/console/allocation')

      // Filled from the registry: nobody types what the system knows.
      await page.waitForFunction(() => document.querySelector('[aria-label^="A4 "]')?.value)
      const cell = (at) => page.getByLabel(new RegExp(`^${at} `))
      const names = await Promise.all(['A2', 'A3', 'A4'].map((at) => cell(at).inputValue()))
      // The pharmaceutical company has a second account, so its name tells which.
      assert.deepEqual(names, ['示例食品企业', '示例酿酒企业', '示例制药企业（H-PHARMA）'])
      assert.equal(await cell('C2').inputValue(), '1400')
      assert.equal(await page.getByLabel(t('allocation.cap'), { exact: true }).inputValue(), '5600')
      assert.equal(await page.getByLabel(t('allocation.registry_unit'), { exact: true }).inputValue(), '1')
      const figures = page.locator('.comparison tbody tr:not(.why)')
      await figures.first().waitFor()
      assert.equal(await figures.count(), 3)
      // Every method divides all of it, in whole units.
      const compared = async () => (await page.locator('.comparison .of-share').allInnerTexts()).map((x) => Number(x.replaceAll(',', '')))
      const shares = await compared()
      assert.equal(shares.length, 9)
      for (const m of [0, 1, 2]) assert.equal(shares.filter((_, i) => i % 3 === m).reduce((a, b) => a + b, 0), 5600)
      // 1400 of 6200, of 5600: the remainder goes by its size.
      assert.deepEqual(shares.filter((_, i) => i % 3 === 0), [1265, 2348, 1987])
      await sound(page, 'the studio')

      // Somebody gains by the benchmark, everybody loses in proportion.
      assert.deepEqual((await page.locator('.comparison tfoot tr').nth(4).locator('td').allInnerTexts()).slice(1), ['0 / 3', '1 / 2', '0 / 3'])
      // How a figure came about, with its numbers.
      await page.locator('.comparison .of-share').first().click()
      const why = await page.locator('.comparison .why').innerText()
      assert.match(why, /1,400/)
      assert.match(why, /1,265/)

      // It follows at once what is changed: a reserve, another bound, another method.
      await page.getByLabel(t('allocation.reserve'), { exact: true }).fill('600')
      await page.waitForFunction(() => [...document.querySelectorAll('.comparison .of-share')].filter((_, i) => i % 3 === 0).reduce((a, b) => a + Number(b.innerText.replaceAll(',', '')), 0) === 5000)
      await page.getByLabel(new RegExp(`^${t('allocation.methods.entropy')}`)).check()
      await page.waitForFunction(() => document.querySelectorAll('.comparison .of-share').length === 12)
      // A floor that cannot be met is told with what would do.
      await page.getByLabel(t('allocation.reserve'), { exact: true }).fill('5000')
      await page.locator('.refusals').getByText('2100').first().waitFor()
      await page.getByLabel(t('allocation.reserve'), { exact: true }).fill('600')
      await page.locator('.comparison .of-share').first().waitFor()
      await page.getByLabel(new RegExp(`^${t('allocation.methods.entropy')}`)).uncheck()
      await page.waitForFunction(() => document.querySelectorAll('.comparison .of-share').length === 9)

      // A table with faults: every one by its cell, none silently passed over.
      const saved = await cell('C3').inputValue()
      for (const [at, text] of [['C3', '2,6O0'], ['D4', '=B2*3'], ['A4', '示例食品企业']]) {
        await cell(at).fill(text)
        await cell(at).blur()
      }
      await page.locator('.faults li').nth(2).waitFor()
      assert.deepEqual(await page.locator('.faults code').allInnerTexts(), ['C3', 'A4', 'D4'])
      assert.equal(await cell('C3').getAttribute('aria-invalid'), 'true')
      await sound(page, 'the studio with faults')
      // The browser notes refusals on its console; nothing else may stand there.
      planner.faults.splice(0, planner.faults.length, ...planner.faults.filter((f) => !/400 \(Bad Request\)/.test(f)))
      for (const [at, text] of [['C3', saved], ['D4', '540'], ['A4', '示例制药企业']]) {
        await cell(at).fill(text)
        await cell(at).blur()
      }
      await page.locator('.comparison .of-share').first().waitFor()
      assert.equal(await page.locator('.faults').count(), 0)

      const downloaded = page.waitForEvent('download')
      await page.getByRole('button', { name: 'XLSX', exact: true }).click()
      assert.equal((await downloaded).suggestedFilename(), 'allocation.xlsx')

      // One is adopted: everything is brought into the draft.
      const adopted = await compared()
      await page.getByRole('button', { name: t('allocation.adopt'), exact: true }).click()
      const dialog = page.locator('.el-dialog.adopt')
      await dialog.getByLabel(t('allocation.title'), { exact: true }).fill('氨氮初始分配（示例）')
      await dialog.locator('select').first().selectOption('gini')
      assert.equal(await dialog.getByLabel(t('allocation.end'), { exact: true }).inputValue(), '2029-07')
      await dialog.getByLabel(t('allocation.reason'), { exact: true }).fill('兼顾就业和产值')
      await sound(page, 'the dialog of adoption')
      await dialog.getByRole('button', { name: t('allocation.open_case'), exact: true }).click()
      await page.waitForURL(/\/console\/cases\/\d+$/)
      await page.locator('.case-top h1').waitFor()
      const id = Number(new URL(page.url()).pathname.split('/').pop())
      const read = (who, path) => who.page.evaluate(async (p) => (await fetch(`/api/v1${p}`)).json(), path)
      const press = async (who, step, fill = async () => {}) => {
        const label = (await read(who, `/cases/${id}`)).options.find((o) => o.step === step).label[locale]
        await who.page.locator('.acts').getByRole('button', { name: label, exact: true }).click()
        const at = who.page.locator('.step-dialog:visible')
        await at.waitFor()
        await fill(who.page)
        await at.getByRole('button', { name: who.t('case.go', { what: label }), exact: true }).click()
        await who.page.getByText(who.t('case.done', { what: label }), { exact: true }).first().waitFor()
      }
      await sound(page, 'the draft of an adoption')
      // An official record names the methods in Chinese, whoever drafts it.
      const { values: drafted } = await read(planner, `/cases/${id}`)
      assert.equal(drafted.method, '环境基尼系数最小')
      assert.ok(drafted.compared.every((one) => /\p{Script=Han}/u.test(one.method)), JSON.stringify(drafted.compared))
      await press(planner, 'submit')

      // Somebody else looks through it, publishes it, and approves.
      const approver = await person(browser, server, { locale, width })
      await approver.begin('approver', once.approver, secret('approver'))
      await approver.go('/console/inbox')
      await approver.page.locator('.inbox-list a', { hasText: '氨氮初始分配' }).first().click()
      await approver.page.locator('.case-top h1').waitFor()
      await press(approver, 'publicise', async (p) => {
        await p.fill('#d-objections_until', later(7))
        for (const field of ['not_secret', 'privacy_ok']) await p.check(`#d-${field}`)
      })
      await press(approver, 'adopt')

      // The registry holds what was adopted: shares of the method chosen, from January 2027 until the permits end.
      const held = (await read(approver, '/rights/holdings?instrument=NH3N-GUO&limit=100')).items.filter((h) => h.from === '2027-01')
      const of = (account) => held.find((h) => h.account === account)
      const gini = adopted.filter((_, i) => i % 3 === 2)
      assert.deepEqual(['H-FOOD', 'H-LIQUOR', 'H-PHARMA'].map((a) => of(a).held), gini)
      for (const account of ['H-FOOD', 'H-LIQUOR', 'H-PHARMA']) assert.deepEqual([of(account).to, of(account).unpaid], ['2029-07', of(account).held])
      assert.equal(of('RESERVE').held, 600)
      const checked = await server.cli('right', 'check')
      assert.deepEqual([checked.sound, checked.faults], [true, []])

      await planner.go('/console/allocation/ranking')
      await page.getByLabel(/^A2 /).waitFor()
      for (const [at, text] of [['A2', '甲'], ['C2', '12'], ['D2', '100']]) {
        await page.getByLabel(new RegExp(`^${at} `)).fill(text)
        await page.getByLabel(new RegExp(`^${at} `)).blur()
      }
      await page.getByRole('button', { name: t('allocation.add_row'), exact: true }).click()
      for (const [at, text] of [['A3', '乙'], ['C3', '30'], ['D3', '150']]) {
        await page.getByLabel(new RegExp(`^${at} `)).fill(text)
        await page.getByLabel(new RegExp(`^${at} `)).blur()
      }
      // Mean 42/250: ∓2000·(12 − 16.8) = 9600.
      await page.getByText('9,600.00').first().waitFor()
      await sound(page, 'the ranking')
      // A row half typed may have been asked about; the browser tells of the answer.
      planner.faults.splice(0, planner.faults.length, ...planner.faults.filter((f) => !/status of 400.*ranking/.test(f)))
      await planner.close()
      await approver.close()
    } finally {
      await browser.close()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
