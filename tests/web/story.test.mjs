// The whole story: administrator → users → readings by XLSX → run → publish → the party objects → the office answers →
// confirmed and posted by other people → the public portal shows it → its code verifies.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'
import { workbook } from './xlsx.mjs'

const secret = (name) => `河水清且涟漪-${name}-2026`
/** October 2020 of every section, out of the published file. */
const october = readFileSync(join(top, 'data/water/cnemc_daily_huai_xinan.csv'), 'utf8').trim().split(/\r?\n/).filter((line, n) => n === 0 || line.split(',')[6].startsWith('2020-10')).map((line) => line.split(','))

/** What a telephone reads on the first page of a PDF. */
function scan(pdf) {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-scan-'))
  try {
    execFileSync('pdftoppm', ['-r', '200', '-png', '-singlefile', pdf, join(folder, 'page')])
    return execFileSync('zbarimg', ['--quiet', '--raw', '--nodbus', join(folder, 'page.png')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function create(admin, name, display, roles, organisation) {
  const { page, t } = admin
  await admin.go('/console/admin/users')
  await admin.button('admin.new_user').click()
  await page.fill('#u-name', name)
  await page.fill('#u-display', display)
  await page.selectOption('#u-organisation', { label: organisation })
  for (const role of roles) await page.getByLabel(role, { exact: true }).check()
  await admin.button('action.save').click()
  const once = await page.locator('.secret').textContent()
  assert.ok(once.length >= 10, t('admin.one_time', { name }))
  return once
}

async function act(who, id, action, fill) {
  await who.go(`/console/statements/${id}`)
  await who.page.getByRole('button', { name: who.t(`act.${action}`), exact: true }).first().click()
  await who.page.locator('.el-dialog').waitFor()
  if (fill) await who.page.fill('#act-text', fill)
  await who.page.getByRole('button', { name: who.t(`act.go.${action}`), exact: true }).last().click()
  await who.page.getByText(who.t(`act.done.${action}`), { exact: true }).waitFor()
}

for (const [locale, width] of turns(import.meta.url, [['zh', 1440], ['en', 390]]))
  test(`the story in ${locale} at ${width} px`, async () => {
    const server = await serve(async ({ cli }) => cli('init', '--jurisdiction', '341602', '--pack', 'demo'))
    const browser = await launch()
    const people = []
    const come = async (name, once) => {
      const who = await person(browser, server, { locale, width })
      people.push(who)
      await who.begin(name, once, secret(name))
      return who
    }
    try {
      const zh = locale === 'zh'
      // The administrator: a one-time password, the tour, an organisation, the users.
      const admin = await person(browser, server, { locale, width, tour: true })
      people.push(admin)
      await admin.begin(server.administrator.name, server.administrator.one_time_password, secret('administrator'))
      await admin.page.getByText(admin.t('tour.welcome_text')).waitFor()
      await admin.page.keyboard.press('Escape')
      await admin.go('/console/admin/organisations')
      await admin.button('admin.new_organisation').click()
      await admin.page.fill('#o-zh', '淮北市人民政府')
      await admin.page.fill('#o-en', 'Huaibei City')
      await admin.page.selectOption('#o-kind', 'government')
      await admin.page.fill('#o-party', 'gov:340600')
      await admin.button('action.save').click()
      await admin.page.getByText('gov:340600').first().waitFor()
      const office = zh ? '区联席会议办公室' : 'Joint-Conference Office'
      const roles = zh
        ? { drafter: '联席会议办公室经办', approver: '联席会议办公室审核', accountant: '财政经办', party: '当事政府', auditor: '审计员' }
        : { drafter: 'joint-conference office (drafts)', approver: 'joint-conference office (approves)', accountant: 'finance (posts and pays)', party: 'government that is a party', auditor: 'auditor' }
      const once = {}
      once.drafter = await create(admin, 'drafter', '王敏', [roles.drafter], office)
      once.approver = await create(admin, 'approver', '李强', [roles.approver], office)
      once.accountant = await create(admin, 'accountant', '赵云', [roles.accountant], zh ? '区财政局' : 'Finance Bureau')
      once.party = await create(admin, 'huaibei', '孙莉', [roles.party], zh ? '淮北市人民政府' : 'Huaibei City')
      once.auditor = await create(admin, 'auditor', '周正', [roles.auditor], zh ? '区发展改革委' : 'Development and Reform Commission')

      // Readings: a file with a wrong cell is shown with its row; the mended one is taken in.
      const drafter = await come('drafter', once.drafter)
      const wrong = october.map((row, n) => (n === 5 ? row.map((cell, c) => (c === 9 ? '3.1x' : cell)) : row))
      await drafter.go('/console/readings/import')
      await drafter.page.locator('input[value="cnemc-daily"]').check()
      await drafter.page.setInputFiles('input[type=file]', { name: '十月.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: workbook(wrong) })
      await drafter.page.getByText('3.1x').first().waitFor()
      await sound(drafter.page, 'import with an error')
      await drafter.button('import.other').click()
      await drafter.page.setInputFiles('input[type=file]', { name: '十月.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: workbook(october) })
      await drafter.page.getByText(drafter.t('import.all_good')).waitFor()
      await drafter.page.locator('button.el-button--primary').click()
      await drafter.page.locator('.note.good').waitFor()

      // The run, with a period that is none first.
      await drafter.go('/console/statements')
      await drafter.button('run.title').click()
      await drafter.page.selectOption('#run-rule', 'section-month')
      await drafter.page.fill('#run-period', '2020-13')
      await drafter.page.getByText(drafter.t('run.period_wrong')).waitFor()
      await drafter.page.fill('#run-period', '2020-10')
      await drafter.button('run.go').click()
      await drafter.page.getByText(drafter.t('run.done')).waitFor()
      await drafter.page.locator('.el-dialog').getByRole('button', { name: drafter.t('action.close'), exact: true }).last().click()
      const link = drafter.page.locator('a.statement-link', { hasText: zh ? /淮北市人民政府/ : /Huaibei/ }).first()
      const id = (await link.getAttribute('href')).split('/').pop()

      // Why does this party pay this amount? The answer, and the row of the file it rests on.
      await drafter.go(`/console/statements/${id}`)
      const sentence = drafter.page.locator('.sentence')
      await sentence.getByText(zh ? '500,000.00 元' : '500,000.00 yuan').waitFor()
      assert.match(await sentence.textContent(), zh ? /每档赔付金/ : /payment per step/)
      await drafter.button('derivation.open_all').click()
      await drafter.page.locator('.node-rows td', { hasText: drafter.t('derivation.row', { n: '' }).trim().replace(/\s*行$/, '') }).first().waitFor()
      assert.match(await drafter.page.locator('.node-rows').first().textContent(), /十月/)
      await sound(drafter.page, 'a statement opened to its rows')
      await act(drafter, id, 'publish', '示例')
      await drafter.go(`/console/statements/${id}`)
      await drafter.page.getByText(drafter.t('statement.wait.published')).waitFor()
      assert.equal(await drafter.button('act.confirm').count(), 0, 'who published cannot confirm')

      // The party objects, the office answers, finance posts.
      const party = await come('huaibei', once.party)
      await act(party, id, 'object', '总磷读数在维护期间，请复核。')
      const approver = await come('approver', once.approver)
      await approver.go(`/console/statements/${id}`)
      await approver.page.getByText('总磷读数在维护期间').first().waitFor()
      await act(approver, id, 'confirm', '已复核：维护期间的读数未计入。')
      await approver.go(`/console/statements/${id}`)
      await approver.page.getByText(approver.t('statement.wait.confirmed')).waitFor()
      const accountant = await come('accountant', once.accountant)
      await act(accountant, id, 'post')
      await accountant.go('/console/ledger')
      await accountant.page.locator('td', { hasText: '−500,000.00' }).first().waitFor()
      await accountant.button('ledger.check').click()
      await accountant.page.getByText(accountant.t('ledger.sound')).waitFor()

      // The paper, and computing it again.
      await drafter.go(`/console/statements/${id}`)
      await drafter.button('statement.verify').click()
      await drafter.page.getByText(drafter.t('statement.verified_same')).waitFor()
      const [paper] = await Promise.all([drafter.page.waitForEvent('download'), drafter.page.getByRole('link', { name: 'PDF' }).click()])
      const pdf = await paper.path()
      assert.equal(readFileSync(pdf).subarray(0, 5).toString(), '%PDF-')
      const scanned = scan(pdf)

      // The public: nobody signed in.
      const anybody = await person(browser, server, { locale, width })
      people.push(anybody)
      await anybody.go('/')
      assert.ok(scanned.startsWith(`${server.url}/verify/`), scanned)
      await anybody.page.locator(`a[href="${new URL(scanned).pathname}"]`).first().waitFor()
      await anybody.page.goto(scanned)
      await anybody.page.getByText(anybody.t('verify.genuine')).waitFor()
      await anybody.page.getByText(/500,000\.00/).first().waitFor()
      await sound(anybody.page, 'verify')

      // The auditor: nothing was tampered with.
      const auditor = await come('auditor', once.auditor)
      await auditor.go('/console/admin/audit')
      await auditor.button('admin.audit_verify').click()
      await auditor.page.locator('.note.good').waitFor()
      await auditor.page.getByText(auditor.t('audit.statement.post')).first().waitFor()
      for (const who of people) await who.close()
    } catch (error) {
      // What each of them saw, for whoever looks into it.
      const folder = join(top, 'build/web-faults')
      mkdirSync(folder, { recursive: true })
      for (const [n, who] of people.entries()) if (!who.page.isClosed()) await who.page.screenshot({ path: join(folder, `story-${locale}-${n}.png`) })
      throw error
    } finally {
      await browser.close()
      await server.stop()
    }
  })
