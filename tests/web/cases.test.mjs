// Casework in the browser: a yearly task from draft to closed, sent back once on the way, by three people; what one may not
// do is grey and says why; the result stands on the portal; the township sees what is due. The clicks are counted.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'

const secret = (name) => `沟塘清又清清-${name}-2026`
const words = {
  zh: { kind: '年度重点任务', propose: '送签发', issue: '下达', back: '退回修改', accept: '接收', submit: '报完成', verify: '核验销号', not_yet: '退回继续', same: /不能/, township: '古井镇' },
  en: { kind: 'Annual task', propose: 'Send for issue', issue: 'Issue', back: 'Return', accept: 'Accept', submit: 'Report as done', verify: 'Verify and close', not_yet: 'Not yet', same: /may not|cannot|another/i, township: '古井镇' },
}
const later = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

/** Counts what a person presses; what is typed or chosen is the work itself. */
function counter() {
  let n = 0
  return { async click(what) { n += 1; await what.click() }, get count() { return n } }
}

for (const [locale, width] of turns(import.meta.url, [['zh', 1440], ['en', 390]]))
  test(`a task from draft to closed in ${locale} at ${width} px`, async () => {
    const w = words[locale]
    const once = {}
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'cn-341602')
      await cli('user', 'setup')
      const add = async (name, display, organisation, roles) => (once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password)
      await add('chen', '陈静', 'office', 'office_drafter')
      await add('wang', '王强', 'office', 'office_approver')
      await add('li', '李敏', 'ecology', 'lead_department,office_drafter')
      await add('zhao', '赵云', 'div-341602100', 'township')
    })
    const browser = await launch()
    const people = []
    const come = async (name) => {
      const who = await person(browser, server, { locale, width, dark: name === 'wang' })
      people.push(who)
      await who.begin(name, once[name], secret(name))
      return who
    }
    const step = (who, label) => who.page.locator('.acts').getByRole('button', { name: label, exact: true })
    const confirm = (who, label) => who.page.locator('.step-dialog').getByRole('button', { name: who.t('case.go', { what: label }), exact: true })
    const done = (who, label) => who.page.getByText(who.t('case.done', { what: label }), { exact: true }).first().waitFor()
    const choose = async (who, id, text) => {
      await who.page.locator(`#${id}`).fill(text)
      await who.page.locator('.el-select-dropdown__item:visible', { hasText: text }).first().waitFor()
      await who.page.keyboard.press('Enter')
    }
    const openDue = async (who, title) => {
      await who.go('/console')
      await who.page.locator('.inbox-list a', { hasText: title }).first().click()
    }
    /** Begins a task from the first page and sends it to the approver; gives its number in the address and the clicks. */
    const start = async (who, title, lead, due) => {
      const clicks = counter()
      await who.go('/console')
      await clicks.click(who.page.getByRole('link', { name: who.t('home.door.new_case'), exact: true }))
      await clicks.click(who.page.locator('.new-kind', { hasText: w.kind }))
      await who.page.fill('#f-title', title)
      await who.page.selectOption('#f-article', 'a9')
      await choose(who, 'f-lead', lead)
      await who.page.fill('#f-due', due)
      await clicks.click(step(who, w.propose))
      await clicks.click(confirm(who, w.propose))
      await done(who, w.propose)
      return { id: who.page.url().split('/').pop(), clicks: clicks.count }
    }
    try {
      const ecology = locale === 'zh' ? '区生态环境分局' : 'Ecology and Environment'
      const [chen, wang, li] = [await come('chen'), await come('wang'), await come('li')]

      // The draft: what is missing stands beside the field; what was typed outlives a reload.
      await chen.go('/console/cases')
      await chen.button('case.new').click()
      await chen.page.locator('.new-kind', { hasText: w.kind }).waitFor()
      await sound(chen.page, 'choosing a kind')
      await chen.page.locator('.new-kind', { hasText: w.kind }).click()
      await chen.page.locator('#f-title').waitFor()
      const draft = chen.page.url()
      await step(chen, w.propose).click()
      await chen.page.locator('#f-title-wrong').waitFor()
      await chen.page.locator('#f-lead-wrong').waitFor()
      await sound(chen.page, 'an empty draft')
      await chen.page.fill('#f-title', '绿色标识补贴')
      await chen.page.reload()
      assert.equal(await chen.page.inputValue('#f-title'), '绿色标识补贴')
      await chen.button('case.save').click()
      await chen.page.getByText(chen.t('case.saved'), { exact: true }).waitFor()
      await chen.page.getByRole('link', { name: `← ${chen.t('nav.cases')}` }).click()
      await chen.page.getByText('绿色标识补贴').first().waitFor()
      await sound(chen.page, 'cases')

      // A task for ecology: begun and sent on, sent back once, sent again, issued by another person.
      const task = await start(chen, '涡河断面补偿结算', ecology, later(30))
      assert.ok(task.clicks <= 4, `${task.clicks} clicks to start and send a draft`)
      await openDue(wang, '涡河断面补偿结算')
      await step(wang, w.back).click()
      await confirm(wang, w.back).click()
      await wang.page.locator('#d-reason-wrong').waitFor()
      await sound(wang.page, 'the dialog of a step without its reason')
      await wang.page.fill('#d-reason', '时限写到月底')
      await confirm(wang, w.back).click()
      await done(wang, w.back)

      // Two at once: the later one is told, and keeps what was typed.
      const second = await person(browser, server, { locale, width })
      people.push(second)
      await second.signIn('chen', secret('chen'))
      await second.page.waitForURL((url) => url.pathname === '/console')
      await second.go(`/console/cases/${task.id}`)
      await second.page.locator('#f-title').waitFor()
      await chen.go(`/console/cases/${task.id}`)
      await chen.page.fill('#f-due', later(40))
      await chen.button('case.save').click()
      await chen.page.getByText(chen.t('case.saved'), { exact: true }).waitFor()
      await second.page.fill('#f-title', '涡河断面补偿结算（全年）')
      await second.button('case.save').click()
      await second.button('case.anew').click()
      await second.page.getByText(second.t('case.kept'), { exact: true }).waitFor()
      assert.equal(await second.page.inputValue('#f-title'), '涡河断面补偿结算（全年）')
      assert.equal(await second.page.inputValue('#f-due'), later(40))
      second.faults.splice(0, second.faults.length, ...second.faults.filter((f) => !/409/.test(f)))
      await step(second, w.propose).click()
      await confirm(second, w.propose).click()
      await done(second, w.propose)

      await openDue(wang, '（全年）')
      await step(wang, w.issue).click()
      await confirm(wang, w.issue).click()
      await done(wang, w.issue)
      await sound(wang.page, 'an issued task, dark')

      // Accepted from the first page.
      await li.go('/console')
      await li.page.locator('.nav-count').first().waitFor({ state: 'attached' })
      const accepting = counter()
      await accepting.click(li.page.locator('.inbox-list a', { hasText: '（全年）' }))
      await accepting.click(step(li, w.accept))
      await accepting.click(confirm(li, w.accept))
      await done(li, w.accept)
      assert.ok(accepting.count <= 4, `${accepting.count} clicks to accept a task`)

      // Reported with a document; nobody verifies one's own.
      await step(li, w.submit).click()
      await li.page.fill('#d-result', '全年结算完成')
      await li.page.locator('.step-dialog input[type=file]').setInputFiles({ name: '结算凭证.txt', mimeType: 'text/plain', buffer: Buffer.from('凭证') })
      await li.page.locator('.step-dialog').getByText('结算凭证.txt').waitFor()
      await sound(li.page, 'the dialog of a report')
      await confirm(li, w.submit).click()
      await done(li, w.submit)
      assert.ok(await step(li, w.verify).isDisabled())
      assert.match(await li.page.locator('#why-verify').textContent(), w.same)
      await sound(li.page, 'one may not verify one\'s own')
      await openDue(wang, '（全年）')
      await step(wang, w.verify).click()
      await wang.page.getByText(wang.t('case.effect.publish'), { exact: true }).waitFor()
      // What becomes public is reviewed first, for secrecy and privacy.
      for (const name of ['not_secret', 'privacy_ok']) await wang.page.check(`#d-${name}`)
      await sound(wang.page, 'the review before release')
      await confirm(wang, w.verify).click()
      await done(wang, w.verify)
      await wang.page.getByText(wang.t('case.ended'), { exact: true }).waitFor()
      await sound(wang.page, 'a closed task')

      // A task of the township stands in its inbox, in words.
      await start(chen, '武家河支沟清淤', w.township, later(0))
      await openDue(wang, '武家河支沟清淤')
      await step(wang, w.issue).click()
      await confirm(wang, w.issue).click()
      await done(wang, w.issue)
      const zhao = await come('zhao')
      await zhao.page.locator('.inbox-list').getByText(zhao.t('due.today'), { exact: true }).waitFor()
      await sound(zhao.page, 'the first page with something due')
      await zhao.go('/console/inbox')
      await zhao.page.locator('.inbox-list a', { hasText: '武家河支沟清淤' }).getByText(w.accept, { exact: true }).waitFor()
      await sound(zhao.page, 'inbox')
      await zhao.go('/console/plan')
      await zhao.page.locator('.articles a').nth(14).click()
      await zhao.page.getByRole('link', { name: '武家河支沟清淤' }).waitFor()
      await sound(zhao.page, 'an article')
      await zhao.go('/console/plan')
      await sound(zhao.page, 'the plan')

      // Everybody: the result, and how far the plan is.
      const anybody = await person(browser, server, { locale, width })
      people.push(anybody)
      await anybody.go('/notices')
      await sound(anybody.page, 'notices')
      await anybody.page.getByRole('link', { name: /涡河断面补偿结算/ }).click()
      await anybody.page.locator('.notice-page h1').waitFor()
      await sound(anybody.page, 'a notice')
      await anybody.go('/plan')
      await sound(anybody.page, 'progress')
      await anybody.page.locator('.articles a').nth(14).click()
      await anybody.page.getByRole('link', { name: /涡河断面补偿结算/ }).waitFor()
      await sound(anybody.page, 'an article on the portal')
      console.log(`# ${locale}: ${task.clicks} clicks to start and send a draft, ${accepting.count} to accept a task`)
      for (const who of people) await who.close()
    } catch (error) {
      const folder = join(top, 'build/web-faults')
      mkdirSync(folder, { recursive: true })
      for (const [n, who] of people.entries()) if (!who.page.isClosed()) await who.page.screenshot({ path: join(folder, `cases-${locale}-${n}.png`) })
      throw error
    } finally {
      await browser.close()
      await server.stop()
    }
  })
