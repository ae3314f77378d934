// The pictures of the user guide, in both languages, from the pages as they are: docs/guide/images/{zh,en}.
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { demonstration, launch, person, top } from './lib.mjs'
import { enrol, publish } from './publicity.mjs'
import { workbook } from './xlsx.mjs'

const wide = 1280
const phone = 390
const rows = readFileSync(join(top, 'data/water/cnemc_daily_huai_xinan.csv'), 'utf8').trim().split(/\r?\n/).filter((line, n) => n === 0 || line.split(',')[6].startsWith('2020-10')).map((line) => line.split(','))
const wrong = rows.map((row, n) => row.map((cell, c) => (n === 5 && c === 9 ? '3.1x' : n === 9 && c === 7 ? '2022-10-32 08:00' : cell.replace(/^2020-10/, '2022-10'))))

for (const locale of ['zh', 'en'])
  test(`pictures in ${locale}`, async () => {
    const folder = join(top, 'docs/guide/images', locale)
    mkdirSync(folder, { recursive: true })
    const browser = await launch()
    let once
    const { server, statement, posted, secret } = await demonstration(browser, async (cli) => (once = await enrol(cli)))
    async function come(name, width = wide, options = {}) {
      const who = await person(browser, server, { locale, width, ...options })
      if (name) {
        await who.signIn(name, secret(name))
        await who.page.waitForURL((url) => url.pathname === '/console')
      }
      const ready = async () => {
        await who.page.locator('h1').first().waitFor()
        await who.page.waitForFunction(() => !document.querySelector('.skeleton') && !document.querySelector('[aria-busy=true]'))
        await who.page.evaluate(() => document.fonts.ready)
        await who.page.waitForTimeout(300)
      }
      const take = async (picture, height = width === wide ? 760 : 780) => {
        await ready()
        await who.page.setViewportSize({ width, height })
        await who.page.mouse.move(0, 0)
        await who.page.evaluate(() => document.activeElement?.matches('button, a') && document.activeElement.blur())
        await who.page.waitForTimeout(150)
        await who.page.screenshot({ path: join(folder, `${picture}.png`) })
      }
      return { ...who, ready, take, async at(path, picture, height) { await who.go(path); await take(picture, height) } }
    }
    try {
      const anybody = await come(null)
      await anybody.at('/', 'portal')
      await anybody.at('/verify', 'verify', 380)
      await anybody.page.goto(`${server.url}/`)
      await anybody.page.locator('a[href^="/verify/"]').first().click()
      await anybody.take('verified', 620)
      await anybody.at('/console/sign-in', 'sign-in', 640)

      const first = await come('approver', wide, { tour: true })
      await first.page.getByText(first.t('tour.welcome_text')).waitFor()
      await first.page.locator('.el-tour button.el-button--primary').last().click()
      await first.page.getByText(first.t('tour.inbox')).waitFor()
      await first.take('tour', 560)

      const clerk = await come('clerk')
      await clerk.at('/console', 'home')
      await clerk.at('/console/statements', 'statements')
      await clerk.at(`/console/statements/${posted}`, 'statement', 860)
      await clerk.page.locator('.sentence button').last().click()
      await clerk.page.locator('.node-row.shown').waitFor()
      await clerk.page.locator('.node', { has: clerk.page.locator('> .node-row.shown') }).last().locator('button.node-toggle[aria-expanded=false]').first().click()
      await clerk.page.locator('.node-rows').first().waitFor()
      await clerk.page.locator('.node-row.shown').evaluate((row) => { row.scrollIntoView({ block: 'start' }); scrollBy(0, -40) })
      await clerk.take('statement-rows', 760)
      await clerk.go(`/console/statements/${statement}`)
      await clerk.button('act.publish').first().click()
      await clerk.page.locator('#act-text').waitFor()
      await clerk.take('publish', 640)
      await clerk.page.keyboard.press('Escape')
      await clerk.go('/console/statements')
      await clerk.button('run.title').click()
      await clerk.page.locator('#run-period').waitFor()
      await clerk.take('run', 560)
      await clerk.page.keyboard.press('Escape')
      await clerk.at('/console/readings?place=sec:hx-09&period=2020-10', 'readings')
      await clerk.at('/console/readings/import', 'import', 560)
      await clerk.page.locator('input[value="cnemc-daily"]').check()
      await clerk.page.setInputFiles('input[type=file]', { name: locale === 'zh' ? '十月.xlsx' : 'october.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: workbook(wrong) })
      await clerk.page.getByText('3.1x').first().waitFor()
      await clerk.take('import-errors', 660)
      await clerk.at('/console/readings/imports', 'imports', 360)
      await clerk.at('/console/map', 'map')
      await clerk.at('/console/rules/section-month?on=2018-01-01', 'rule', 800)
      await clerk.go('/console/what-if?rule=section-month&period=2020-10')
      await clerk.page.locator('#p-unit_payment').fill('600000')
      await clerk.page.getByText('→ \u2212600,000.00').waitFor()
      await clerk.take('what-if', 680)
      await clerk.go('/console/allocation')
      await clerk.page.locator('.comparison .of-share').nth(1).click()
      await clerk.page.locator('#compared').evaluate((h) => { h.scrollIntoView({ block: 'start' }); scrollBy(0, -40) })
      await clerk.take('allocation', 660)
      await clerk.at('/console/ledger', 'ledger', 720)
      await clerk.button('ledger.check').click()
      await clerk.page.locator('.note.good').waitFor()
      await clerk.take('ledger', 760)
      await clerk.go('/console/account')
      await clerk.page.getByText(clerk.t('delegation.new'), { exact: true }).click()
      await clerk.page.locator('.delegation-form').waitFor()
      await clerk.page.locator('#delegations').evaluate((h) => { h.scrollIntoView({ block: 'start' }); scrollBy(0, -40) })
      await clerk.take('delegation', 560)

      const reporter = await come('reporter')
      await reporter.go('/console/reports/plan-progress-year/div-341602100/2025')
      for (const [code, value] of Object.entries({ funds_arrived: '1250000', funds_used: '980000', funds_social: '120000', agreements_in_force: '4', agreements_met: '5', projects_underway: '2' })) await reporter.page.locator(`#v-${code}`).fill(value)
      await reporter.page.getByText(reporter.t('report.saved'), { exact: true }).waitFor()
      await reporter.page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0) })
      await reporter.take('report-grid', 900)
      await reporter.page.locator('#v-agreements_met').fill('3')
      for (const code of ['rights_trades', 'rights_amount', 'projects_done', 'eco_jobs']) await reporter.page.locator(`#v-${code}`).fill('0')
      await reporter.page.getByText(reporter.t('report.saved'), { exact: true }).waitFor()
      await reporter.button('report.act.submit').click()
      await reporter.page.locator('.page-head').getByText(reporter.t('report.state.submitted'), { exact: true }).waitFor()
      await clerk.go('/console/report-sets/plan-progress-year/totals')
      await clerk.page.locator('.totals-choices input').uncheck()
      await clerk.page.locator('.totals-choices select').last().selectOption('period')
      await clerk.page.locator('.totals').getByText('1,250,000').first().waitFor()
      await clerk.take('report-totals', 760)
      await clerk.at('/console/reports/dictionary', 'report-dictionary', 760)

      const small = await come('clerk', phone)
      await small.at('/console', 'home-phone')
      await small.at(`/console/statements/${posted}`, 'statement-phone')

      const administrator = await come('administrator2')
      await administrator.at('/console/admin/users', 'users', 520)
      await administrator.at('/console/admin/roles', 'roles', 720)
      await administrator.at('/console/statements', 'refused', 420)

      const auditor = await come('auditor')
      await auditor.go('/console/admin/audit')
      await auditor.button('admin.audit_verify').click()
      await auditor.page.locator('.note.good').waitFor()
      await auditor.take('audit', 640)

      // Last, so that the pages above do not show it.
      const of = await publish(server.url, once)
      await anybody.at(`/search?words=${encodeURIComponent('断面补偿')}`, 'portal-search', 560)
      await anybody.at(`/notices/${of.objections}`, 'portal-notice', 700)
      await anybody.at('/rules/section-month', 'portal-policy', 640)
    } finally {
      await browser.close()
      await server.stop()
    }
  })
