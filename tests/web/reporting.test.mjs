// Reports in the browser: due beside the cases, closed and re-opened with a reason, filled in like a sheet and from one, kept through
// a lost connection and a reload, both figures shown where somebody else changed the same cell, handed in, approved by others, and
// seen in the office's tables; a figure that stands out explained.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'
import { workbook } from './xlsx.mjs'

const secret = (name) => `沟塘清又清清-${name}-2026`
const id = 'plan-progress-year.div-341602100.2025'
const path = `/console/reports/${id.replaceAll('.', '/')}`
const heads = ['代码', '项目', '单位', '本期', '不适用的原因', '说明']
/** The packs with a limit for figures that stand out, which nobody has set in them. */
function packsWithALimit() {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-packs-'))
  cpSync(join(top, 'policies'), folder, { recursive: true })
  const file = join(folder, 'cn-341602/reporting/plan-progress-year.yaml')
  const text = readFileSync(file, 'utf8').replace('{element: funds_arrived, against: previous}', '{element: funds_arrived, against: previous, limit: "0.5"}')
  assert.match(text, /limit: "0.5"/)
  writeFileSync(file, text)
  return { folder, mark: `#${id}@${createHash('sha256').update(text).digest('hex').slice(0, 8)}` }
}
const codes = ['funds_arrived', 'funds_used', 'funds_social', 'agreements_in_force', 'agreements_met', 'rights_trades', 'rights_amount', 'projects_underway', 'projects_done', 'eco_jobs']

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`a report from the first figure to acceptance in ${locale} at ${width} px`, async () => {
    const once = {}
    const packs = packsWithALimit()
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'cn-341602')
      await cli('user', 'setup')
      const add = async (name, display, organisation, roles) => (once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password)
      await add('zhao', '赵云', 'div-341602100', 'township')
      await add('qian', '钱宁', 'div-341602100', 'township')
      await add('sun', '孙明', 'div-341602100', 'township')
      await add('wang', '王强', 'office', 'office_approver')
    }, packs.folder)
    const browser = await launch()
    const shots = process.env.TRIBUTARY_SHOTS
    if (shots) mkdirSync(shots, { recursive: true })
    const shoot = async (who, name) => { if (shots) await who.page.screenshot({ path: join(shots, `${name}-${locale}.png`), fullPage: true }) }
    const come = async (name) => {
      const who = await person(browser, server, { locale, width })
      await who.begin(name, once[name], secret(name))
      return who
    }
    try {
      const [zhao, qian, sun, wang] = [await come('zhao'), await come('qian'), await come('sun'), await come('wang')]
      const saved = (who) => who.page.getByText(who.t('report.saved'), { exact: true }).waitFor()
      await zhao.go('/console/reports')
      await zhao.page.locator('.case-links a').first().waitFor()
      await sound(zhao.page, 'my reports')
      await shoot(zhao, 'mine')
      // The office's days for the period are over: late, closed, and open again only with a reason.
      await wang.go('/console/report-sets/plan-progress-year')
      await wang.page.locator('.page-head select').selectOption('2025')
      await wang.page.locator('.figures').waitFor()
      await wang.page.getByLabel(wang.t('report.due_day')).fill('2026-03-01')
      await wang.page.getByLabel(wang.t('report.closing_day')).fill('2026-03-31')
      await wang.page.getByLabel(wang.t('report.basis')).fill('联席办〔2026〕2号')
      await wang.button('report.set_days').click()
      await wang.page.getByText('联席办〔2026〕2号', { exact: true }).waitFor()
      await wang.page.locator('tbody').getByText(wang.t('report.locked'), { exact: true }).first().waitFor()
      await sound(wang.page, 'a closed period')
      await zhao.go(path)
      await zhao.page.locator('.page-head').getByText(zhao.t('report.locked'), { exact: true }).waitFor()
      assert.equal(await zhao.page.locator('#v-funds_arrived').count(), 0)
      await wang.go(path)
      await wang.page.locator('#report-reason').fill('三月机构调整，准予补报')
      await wang.button('report.act.reopen').click()
      await wang.page.getByText('三月机构调整，准予补报', { exact: true }).waitFor()

      // Beside the cases on the first page, in the menu's count, in the inbox and on its day.
      await zhao.go('/console')
      const due = zhao.page.locator('.inbox-list a', { hasText: '2025' })
      await due.waitFor()
      assert.match(await due.innerText(), new RegExp(zhao.t('due.over', { n: '\\d+' })))
      await sound(zhao.page, 'the first page')
      await shoot(zhao, 'home')
      await zhao.go('/console/inbox')
      await zhao.page.locator('.inbox-list a').nth(1).waitFor()
      assert.equal(await zhao.page.locator('.inbox-list a').count(), 2)
      assert.match(await zhao.page.locator('.tab-count').first().innerText(), /2/)
      await sound(zhao.page, 'the inbox')
      await shoot(zhao, 'inbox')
      await zhao.go('/console/inbox/calendar')
      const back = zhao.page.getByRole('button', { name: zhao.t('calendar.earlier'), exact: true })
      for (let n = new Date().getFullYear() * 12 + new Date().getMonth() - (2026 * 12 + 2); n > 0; --n) await back.click()
      await zhao.page.locator('.inbox-list').getByText(zhao.t('calendar.report_due')).waitFor()
      await zhao.page.locator('.inbox-list').getByText(zhao.t('calendar.report_closes')).waitFor()
      await sound(zhao.page, 'the calendar')
      await zhao.go('/console/inbox')
      await zhao.page.locator('.inbox-list a', { hasText: '2025' }).click()
      await zhao.page.waitForURL(`**${path}`)

      // From a sheet: a formula and a word in place of a figure are named by cell, and nothing is taken; then all of it.
      const send = (rows) => zhao.page.setInputFiles('.sheet-file input', { name: 't.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: workbook([[...heads, packs.mark], ...rows.map(([code, value]) => [code, '', '', value, '', '', ''])]) })
      await zhao.page.locator('.sheet-file input').waitFor({ state: 'attached' })
      await send([['funds_arrived', '900'], ['funds_used', { formula: 'D2*2', value: 1800 }]])
      const wrong = zhao.page.locator('.note.bad')
      await wrong.getByText('D3', { exact: true }).waitFor()
      await send([['funds_arrived', '900'], ['funds_used', '三百']])
      await wrong.getByText('D3', { exact: true }).waitFor()
      await sound(zhao.page, 'a refused sheet')
      await shoot(zhao, 'sheet')
      assert.equal(await zhao.page.locator('#v-funds_arrived').inputValue(), '')
      await send([['funds_arrived', '900']])
      await zhao.page.getByText(zhao.t('report.sheet.stored', { n: 1 }), { exact: true }).waitFor()
      await zhao.page.locator('.sheet-file input').waitFor({ state: 'attached' })
      await zhao.page.waitForFunction(() => document.querySelector('#v-funds_arrived')?.value === '900')
      await zhao.page.locator('#v-funds_arrived').fill('1000')
      await zhao.page.keyboard.press('Enter')
      assert.equal(await zhao.page.evaluate(() => document.activeElement.id), 'v-funds_social')
      await saved(zhao)
      await qian.go(path)
      await qian.page.locator('#v-funds_arrived').waitFor()

      // Without a network what is typed stays, also through a reload; meanwhile a colleague changes the same cell.
      await zhao.page.route('**/api/v1/reports/*/values', (route) => route.abort('internetdisconnected'))
      await zhao.page.locator('#v-funds_arrived').fill('1200')
      await zhao.page.locator('#v-funds_used').fill('300')
      await zhao.page.getByText(zhao.t('report.offline', { n: 2 }), { exact: true }).waitFor()
      await shoot(zhao, 'offline')
      await qian.page.locator('#v-funds_arrived').fill('1100')
      await saved(qian)
      await zhao.page.reload()
      await zhao.page.locator('#v-funds_used').waitFor()
      assert.equal(await zhao.page.locator('#v-funds_used').inputValue(), '300')
      assert.equal(await zhao.page.locator('#v-funds_arrived').inputValue(), '1200')
      const choice = zhao.page.locator('.report-conflict')
      await choice.waitFor()
      assert.match(await choice.innerText(), /1100/)
      assert.match(await choice.innerText(), /1200/)
      await sound(zhao.page, 'a conflict')
      await shoot(zhao, 'conflict')
      await zhao.page.unroute('**/api/v1/reports/*/values')
      await choice.getByRole('button', { name: zhao.t('report.keep_mine'), exact: true }).click()
      await saved(zhao)
      zhao.faults.splice(0, zhao.faults.length, ...zhao.faults.filter((f) => !/ERR_INTERNET_DISCONNECTED/.test(f)))

      // Running checks beside the cell; then in order.
      for (const code of codes.slice(1)) await zhao.page.locator(`#v-${code}`).fill(code === 'agreements_met' ? '5' : '0')
      await saved(zhao)
      assert.ok((await zhao.page.locator('.report-grid .field-wrong').count()) >= 1)
      await zhao.page.locator('#v-agreements_in_force').fill('6')
      await saved(zhao)
      assert.equal(await zhao.page.locator('.report-grid .field-wrong').count(), 0)
      await sound(zhao.page, 'the grid')
      await shoot(zhao, 'grid')
      // Who wrote what before, and from where.
      await zhao.page.getByRole('row', { name: /到位补偿资金|Compensation funds received/ }).getByRole('button', { name: new RegExp(zhao.t('report.history.open_of', { what: '' }).replace('{what}', '')) }).click()
      const past = zhao.page.getByRole('dialog')
      await past.getByText('900', { exact: true }).waitFor()
      assert.match(await past.innerText(), /钱宁/)
      await sound(zhao.page, 'the history of a figure')
      await shoot(zhao, 'history')
      await zhao.page.keyboard.press('Escape')
      await past.waitFor({ state: 'hidden' })
      await zhao.button('report.act.submit').click()
      await zhao.page.locator('.page-head').getByText(zhao.t('report.state.submitted'), { exact: true }).waitFor()
      assert.equal(await zhao.button('report.act.approve').count(), 0)
      // The colleague typed a figure as well, so the head of the unit is somebody else.
      await qian.page.reload()
      await qian.page.locator('.report-grid').waitFor()
      assert.equal(await qian.button('report.act.approve').count(), 0)

      await wang.go('/console/report-sets/plan-progress-year')
      await wang.page.locator('.figures').waitFor()
      await sound(wang.page, 'the table')
      await shoot(wang, 'office')
      await wang.go(path)
      await wang.page.locator('.report-grid').waitFor()
      assert.equal(await wang.button('report.act.approve').count(), 0)
      await sun.go(path)
      await sun.button('report.act.approve').click()
      await sun.page.getByText(sun.t('report.event.approve'), { exact: true }).waitFor()
      await wang.page.reload()
      await wang.button('report.act.approve').click()
      await wang.page.locator('.page-head').getByText(wang.t('report.state.accepted'), { exact: true }).waitFor()
      // What it comes to, with what is missing said; and what every figure means.
      await wang.go('/console/report-sets/plan-progress-year/totals')
      await wang.page.locator('.totals').getByText('1,200', { exact: true }).waitFor()
      assert.ok((await wang.page.locator('.totals-given').count()) > 5)
      await sound(wang.page, 'totals')
      await wang.page.locator('.totals-choices select').last().selectOption('organisation')
      await wang.page.locator('.totals th', { hasText: '古井镇' }).waitFor()
      await wang.page.locator('.totals').getByText(wang.t('report.totals.no_data'), { exact: true }).first().waitFor()
      await sound(wang.page, 'totals by organisation')
      await shoot(wang, 'totals')
      await wang.page.locator('.totals-choices select').last().selectOption('period')
      await wang.page.locator('.totals thead th').nth(3).waitFor()
      await wang.go('/console/reports')
      await wang.page.getByRole('link', { name: wang.t('report.dictionary.title'), exact: true }).click()
      await wang.page.locator('tbody').getByText(wang.t('report.made.readings'), { exact: true }).first().waitFor()
      await sound(wang.page, 'the dictionary')
      await shoot(wang, 'dictionary')

      // More than half as much again as last year: the report waits for a word about it.
      await zhao.go(path.replace('2025', '2026'))
      await zhao.page.locator('#v-funds_arrived').fill('9000')
      await saved(zhao)
      for (const code of codes.slice(1)) await zhao.page.locator(`#v-${code}`).fill('0')
      await saved(zhao)
      await zhao.button('report.act.submit').click()
      await zhao.page.locator('.acts .note.bad').waitFor()
      await zhao.page.locator('#w-funds_arrived').fill('新增省级资金一笔')
      await zhao.page.keyboard.press('Tab')
      await saved(zhao)
      await zhao.button('report.act.submit').click()
      await zhao.page.locator('.page-head').getByText(zhao.t('report.state.submitted'), { exact: true }).waitFor()
      // Taking an accepted report back needs a reason, and gives it to the organisation again.
      await wang.go(path)
      await wang.page.locator('#report-reason').fill('统计口径更正')
      await wang.button('report.act.reopen').click()
      await wang.page.locator('.page-head').getByText(wang.t('report.state.returned'), { exact: true }).waitFor()
      zhao.faults.splice(0, zhao.faults.length, ...zhao.faults.filter((f) => !/status of 400/.test(f)))
      for (const who of [zhao, qian, sun, wang]) await who.close()
    } finally {
      await browser.close()
      await server.stop()
      rmSync(packs.folder, { recursive: true, force: true })
    }
  })
