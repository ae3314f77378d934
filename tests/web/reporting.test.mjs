// Reports in the browser: filled in like a sheet, kept through a lost connection and a reload, both figures shown where somebody
// else changed the same cell, handed in, approved by others, and seen in the office's table.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top } from './lib.mjs'

const secret = (name) => `沟塘清又清清-${name}-2026`
const id = 'plan-progress-year.div-341602100.2025'
const codes = ['funds_arrived', 'funds_used', 'funds_social', 'agreements_in_force', 'agreements_met', 'rights_trades', 'rights_amount', 'projects_underway', 'projects_done', 'eco_jobs']

for (const [locale, width] of [['zh', 1280], ['en', 390]])
  test(`a report from the first figure to acceptance in ${locale} at ${width} px`, async () => {
    const once = {}
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'cn-341602')
      await cli('user', 'setup')
      const add = async (name, display, organisation, roles) => (once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password)
      await add('zhao', '赵云', 'div-341602100', 'township')
      await add('qian', '钱宁', 'div-341602100', 'township')
      await add('sun', '孙明', 'div-341602100', 'township')
      await add('wang', '王强', 'office', 'office_approver')
    })
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
      await zhao.go(`/console/reports/${id.replaceAll('.', '/')}`)
      await zhao.page.locator('#v-funds_arrived').fill('1000')
      await zhao.page.keyboard.press('Enter')
      assert.equal(await zhao.page.evaluate(() => document.activeElement.id), 'v-funds_used')
      await saved(zhao)
      await qian.go(`/console/reports/${id.replaceAll('.', '/')}`)
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
      await wang.go(`/console/reports/${id.replaceAll('.', '/')}`)
      await wang.page.locator('.report-grid').waitFor()
      assert.equal(await wang.button('report.act.approve').count(), 0)
      await sun.go(`/console/reports/${id.replaceAll('.', '/')}`)
      await sun.button('report.act.approve').click()
      await sun.page.getByText(sun.t('report.event.approve'), { exact: true }).waitFor()
      await wang.page.reload()
      await wang.button('report.act.approve').click()
      await wang.page.locator('.page-head').getByText(wang.t('report.state.accepted'), { exact: true }).waitFor()
      for (const who of [zhao, qian, sun, wang]) await who.close()
    } finally {
      await browser.close()
      await server.stop()
    }
  })
