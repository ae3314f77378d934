// The five commonest jobs of a township's clerk, and the clicks they take, against what the guide promises; telling a
// colleague, news, the calendar, and handing over when somebody leaves.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'

const secret = (name) => `沟塘清又清清-${name}-2026`
const words = {
  zh: { accept: '接收', submit: '报完成', report: '年度工作报告', to_head: '送负责人' },
  en: { accept: 'Accept', submit: 'Report as done', report: 'Annual report', to_head: 'To the head' },
}
const later = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
/** The last column of the guide's table of jobs. */
const promised = (locale) => [...readFileSync(join(top, `docs/guide/${locale}/cases.md`), 'utf8').matchAll(/^\|[^|]+→[^|]*\|[^|]*\| (\d+) \|$|^\|[^|]+\|[^|]+→[^|]*\| (\d+) \|$/gm)].map((m) => Number(m[1] ?? m[2]))

/** Counts what a person presses; what is typed or chosen is the work itself. */
function counter() {
  let n = 0
  return { async click(what) { n += 1; await what.click() }, get count() { return n } }
}

for (const [locale, width] of turns(import.meta.url, [['zh', 390], ['en', 1280]]))
  test(`a clerk's day in ${locale} at ${width} px`, async () => {
    const w = words[locale]
    const once = {}
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'cn-341602')
      await cli('user', 'setup')
      const add = async (name, display, organisation, roles) => (once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password)
      await add('chen', '陈静', 'office', 'office_drafter')
      await add('wang', '王强', 'office', 'office_approver')
      await add('zhao', '赵云', 'div-341602100', 'township')
      await add('sun', '孙倩', 'div-341602100', 'township')
      await add('keeper', '周正', 'office', 'administrator')
    })
    const browser = await launch()
    const people = []
    const come = async (name) => {
      const who = await person(browser, server, { locale, width })
      people.push(who)
      await who.begin(name, once[name], secret(name))
      return who
    }
    const ask = (who, method, path, body) => who.page.evaluate(async ([m, p, b]) => {
      const session = await (await fetch('/api/v1/session')).json()
      const answer = await fetch(`/api/v1${p}`, { method: m, headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf }, body: JSON.stringify(b) })
      if (!answer.ok) throw new Error(`${p}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    }, [method, path, body])
    const step = (who, label) => who.page.locator('.acts').getByRole('button', { name: label, exact: true })
    const confirm = (who, label) => who.page.locator('.el-dialog:visible').getByRole('button', { name: who.t('case.go', { what: label }), exact: true })
    const done = (who, label) => who.page.getByText(who.t('case.done', { what: label }), { exact: true }).first().waitFor()
    const link = (who, key) => who.page.locator('nav:visible').getByRole('link', { name: new RegExp(`^${who.t(key)}`) }).first()
    try {
      const [chen, wang, zhao] = [await come('chen'), await come('wang'), await come('zhao')]
      const ids = []
      for (const [title, due] of [['武家河支沟清淤', 5], ['护林员续聘', 9], ['界牌整修', 12]]) {
        const { id } = await ask(chen, 'POST', '/cases', { type: 'annual-task', values: { title, article: 'a9', lead: 'div-341602100', due: later(due) } })
        await ask(chen, 'POST', `/cases/${id}/actions`, { step: 'propose' })
        await ask(wang, 'POST', `/cases/${id}/actions`, { step: 'issue' })
        ids.push(id)
      }
      const limits = promised(locale)
      assert.equal(limits.length, 5, 'the guide promises clicks for five jobs')
      const counts = []

      // 1: accept a task.
      let clicks = counter()
      await zhao.go('/console')
      await clicks.click(zhao.page.locator('.inbox-list a', { hasText: '武家河支沟清淤' }))
      await clicks.click(step(zhao, w.accept))
      await clicks.click(confirm(zhao, w.accept))
      await done(zhao, w.accept)
      counts.push(clicks.count)

      // 2: report it as done.
      clicks = counter()
      await zhao.go('/console')
      await clicks.click(zhao.page.locator('.inbox-list a', { hasText: '武家河支沟清淤' }))
      await clicks.click(step(zhao, w.submit))
      await zhao.page.fill('#d-result', '支沟清淤 12.5 公里，验收合格')
      await clicks.click(confirm(zhao, w.submit))
      await done(zhao, w.submit)
      counts.push(clicks.count)

      // 3: the yearly report, to the head.
      clicks = counter()
      await zhao.go('/console')
      await clicks.click(zhao.page.getByRole('link', { name: zhao.t('home.door.new_case'), exact: true }))
      await clicks.click(zhao.page.locator('.new-kind', { hasText: w.report }))
      for (const field of ['progress', 'problems', 'next_plan']) await zhao.page.fill(`#f-${field}`, '沟塘清淤按期完成')
      // A row of the table: adding it is part of filling in.
      await zhao.page.getByRole('button', { name: zhao.t('case.row_add'), exact: true }).click()
      await zhao.page.locator('#f-data-0-item').fill('清淤长度')
      await zhao.page.locator('#f-data-0-measure').fill('km')
      await clicks.click(step(zhao, w.to_head))
      await clicks.click(confirm(zhao, w.to_head))
      await done(zhao, w.to_head)
      counts.push(clicks.count)

      // 4: the same step for what is left.
      clicks = counter()
      await zhao.go('/console')
      await clicks.click(link(zhao, 'nav.inbox'))
      await clicks.click(zhao.page.getByLabel(zhao.t('inbox.choose_all')))
      await sound(zhao.page, 'the inbox with all chosen')
      await clicks.click(zhao.page.getByRole('button', { name: zhao.t('inbox.together_go', { what: w.accept, n: 2 }), exact: true }))
      await sound(zhao.page, 'the dialog of several')
      await clicks.click(confirm(zhao, w.accept))
      await zhao.page.getByText(zhao.t('inbox.together_done', { n: 2 }), { exact: true }).waitFor()
      counts.push(clicks.count)
      await zhao.page.locator('.inbox-list a', { hasText: '护林员续聘' }).getByText(w.submit).waitFor()

      // 5: where does a case stand?
      clicks = counter()
      await zhao.go('/console')
      await clicks.click(link(zhao, 'nav.cases'))
      await zhao.page.getByPlaceholder(zhao.t('case.find')).fill('界牌')
      await clicks.click(zhao.page.getByRole('link', { name: /界牌整修/ }).first())
      await zhao.page.locator('.case-top h1', { hasText: '界牌整修' }).waitFor()
      counts.push(clicks.count)
      for (const [n, limit] of limits.entries()) assert.ok(counts[n] <= limit, `job ${n + 1}: ${counts[n]} clicks, the guide promises ${limit}`)
      console.log(`# ${locale}: clicks ${counts.join(', ')}; promised ${limits.join(', ')}`)

      // A comment that tells a colleague; it stands in her news until she looks.
      await zhao.page.fill('textarea', '请核对界牌编号')
      await zhao.page.locator('.el-select', { has: zhao.page.locator('#comment-whom') }).click()
      await zhao.page.locator('.el-select-dropdown__item:visible', { hasText: '孙倩' }).click()
      await zhao.page.keyboard.press('Escape')
      await zhao.page.getByRole('button', { name: zhao.t('case.comment_go'), exact: true }).click()
      await zhao.page.getByText('请核对界牌编号').first().waitFor()
      const sun = await come('sun')
      await sun.go('/console/inbox/news')
      await sun.page.locator('.inbox-list a', { hasText: '界牌整修' }).getByText(sun.t('news.mentioned'), { exact: true }).waitFor()
      await sound(sun.page, 'news')
      await sun.page.locator('.inbox-list a', { hasText: '界牌整修' }).click()
      await sun.page.getByText('请核对界牌编号').first().waitFor()
      await sun.page.getByRole('button', { name: sun.t('case.following'), exact: true }).waitFor()
      await sun.go('/console/inbox/news')
      await sun.page.getByText(sun.t('news.none'), { exact: true }).waitFor()
      await sun.go('/console/inbox/calendar')
      if (later(9).slice(0, 7) !== later(0).slice(0, 7)) await sun.page.getByRole('button', { name: sun.t('calendar.later'), exact: true }).click()
      await sun.page.locator('.inbox-list a', { hasText: '护林员续聘' }).waitFor()
      await sound(sun.page, 'calendar')

      // She takes over what the other had under way.
      const admin = await person(browser, server, { locale, width: 1280 })
      people.push(admin)
      await admin.begin('keeper', once.keeper, secret('keeper'))
      await admin.go('/console/admin/users')
      await admin.page.getByRole('row', { name: /zhao/ }).getByRole('button', { name: admin.t('admin.hand_over'), exact: true }).click()
      await admin.page.selectOption('#hand-to', { label: '孙倩' })
      await sound(admin.page, 'handing over')
      await admin.page.locator('.el-dialog:visible').getByRole('button', { name: admin.t('admin.hand_over'), exact: true }).click()
      await admin.page.getByText(admin.t('admin.hand_over_done', { n: 2 }), { exact: true }).waitFor()
      await sun.go('/console/inbox/news')
      await sun.page.getByText(sun.t('news.handed', { name: '赵云' }), { exact: true }).first().waitFor()
      for (const who of people) await who.close()
    } catch (error) {
      const folder = join(top, 'build/web-faults')
      mkdirSync(folder, { recursive: true })
      for (const [n, who] of people.entries()) if (!who.page.isClosed()) await who.page.screenshot({ path: join(folder, `daily-${locale}-${n}.png`) })
      throw error
    } finally {
      await browser.close()
      await server.stop()
    }
  })
