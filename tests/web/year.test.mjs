// A year of the joint conference in the browser: the tasks come from a sheet (one with a fault, then a good one), a meeting's
// minutes are countersigned with a dissent in its own words, reports come in – one returned on the way, one late, one never –,
// the district's report is compiled, signed and published, corrected, and the portal shows both versions.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top } from './lib.mjs'
import { workbook } from './xlsx.mjs'

const secret = (name) => `沟塘清又清清-${name}-2026`
const words = {
  zh: { gather: '汇编', publish: '公开', unknown: /没有“区生态局”/, on_time: '按期', late: '迟报', missing: '未报' },
  en: { gather: 'Compile', publish: 'Publish', unknown: /no "区生态局"/, on_time: 'in time', late: 'late', missing: 'missing' },
}
const later = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
const year = later(0).slice(0, 4)
const head = ['重点工作任务', '对应条目', '主要责任单位', '协同配合单位', '完成时限']

for (const [locale, width] of [['zh', 1280], ['en', 390]])
  test(`a year of the joint conference in ${locale} at ${width} px`, async () => {
    const w = words[locale]
    const once = {}
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'cn-341602')
      await cli('user', 'setup')
      const add = async (name, display, organisation, roles) => (once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password)
      await add('chen', '陈静', 'office', 'office_drafter')
      await add('wang', '王强', 'office', 'office_approver')
      await add('li', '李敏', 'ecology', 'lead_department')
      await add('zhou', '周海', 'water', 'lead_department')
      for (const [name, display, town] of [['zhao', '赵云', '100'], ['sun', '孙倩', '100'], ['qian', '钱多', '101'], ['shi', '石磊', '101']]) await add(name, display, `div-341602${town}`, 'township')
    })
    const browser = await launch()
    const people = {}
    const come = async (name) => {
      const who = await person(browser, server, { locale, width })
      people[name] = who
      await who.begin(name, once[name], secret(name))
    }
    const ask = (who, method, path, body) => people[who].page.evaluate(async ([m, p, b]) => {
      const session = await (await fetch('/api/v1/session')).json()
      const answer = await fetch(`/api/v1${p}`, { method: m, headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf }, body: b && JSON.stringify(b) })
      if (!answer.ok) throw new Error(`${m} ${p} ${JSON.stringify(b)}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    }, [method, path, body])
    const act = (who, id, step, values = {}, more = {}) => ask(who, 'POST', `/cases/${id}/actions`, { step, values, ...more })
    const press = async (who, id, label, fill = async () => {}) => {
      const { page, t, go } = people[who]
      await go(`/console/cases/${id}`)
      await page.locator('.acts').getByRole('button', { name: label, exact: true }).click()
      await fill(page)
      await page.locator('.step-dialog').getByRole('button', { name: t('case.go', { what: label }), exact: true }).click()
      await page.getByText(t('case.done', { what: label }), { exact: true }).first().waitFor()
    }
    const cleared = { not_secret: true, privacy_ok: true }
    try {
      for (const name of Object.keys(once)) await come(name)
      const { chen, zhou, li } = people

      // The task table: one wrong cell keeps everything out; then both tasks are there.
      // The template's last column says which version of the form it is.
      const bytes = await chen.page.evaluate(async () => [...new Uint8Array(await (await fetch('/api/v1/case-types/annual-task/sheet')).arrayBuffer())])
      const folder = mkdtempSync(join(tmpdir(), 'tributary-year-'))
      writeFileSync(join(folder, 't.xlsx'), Buffer.from(bytes))
      const version = execFileSync('unzip', ['-p', join(folder, 't.xlsx'), 'xl/*.xml'], { encoding: 'utf8' }).match(/#annual-task@\w+/)[0]
      rmSync(folder, { recursive: true })
      const rows = [[...head, version], ['涡河断面结算', '九、绿色利益分享', '区生态环境分局', '', `${year}-12-31`, ''], ['沟塘清淤', '一、资源开发补偿', '古井镇', '', `${year}-12-31`, '']]
      const wrong = rows.map((r) => [...r])
      wrong[1][2] = '区生态局'
      await chen.go('/console/cases/import')
      const upload = (name, bytes) => chen.page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: bytes })
      await chen.page.locator('#import-kind').selectOption('annual-task')
      await sound(chen.page, 'the page of import')
      await upload('错.xlsx', workbook(wrong))
      await chen.page.getByText(w.unknown).first().waitFor()
      await sound(chen.page, 'a fault of a cell')
      await chen.page.getByRole('button', { name: chen.t('import.other'), exact: true }).click()
      await upload('任务分解表.xlsx', workbook(rows))
      await chen.page.getByRole('button', { name: chen.t('case_import.commit', { n: '2' }), exact: true }).click()
      await chen.page.getByText(chen.t('case_import.done', { n: '2' }), { exact: true }).waitFor()
      const tasks = (await ask('chen', 'GET', '/cases?type=annual-task')).items
      assert.equal(tasks.length, 2)
      for (const { id } of tasks) {
        await act('chen', id, 'propose')
        await act('wang', id, 'issue')
      }

      // The meeting: water dissents, in its own words, and the minutes say so.
      const meeting = (await ask('chen', 'POST', '/cases', { type: 'conference-meeting', values: { title: `${year}年第一次联席会议`, meets_on: later(0), venue: '区政府三楼', members: ['ecology', 'water'], agenda: '年度任务分工' } })).id
      await act('chen', meeting, 'notify')
      await act('chen', meeting, 'record', { attended: ['ecology', 'water'] })
      await act('chen', meeting, 'draft_minutes', { minutes: '会议议定年度任务。', decisions: [{ what: '完成断面结算', owner: 'ecology', due: later(60) }] })
      await act('chen', meeting, 'circulate')
      await li.go(`/console/cases/${meeting}`)
      await li.page.getByLabel(li.t('vote.for'), { exact: true }).check()
      await li.page.getByRole('button', { name: li.t('vote.go'), exact: true }).click()
      await li.page.getByText(li.t('case.voted'), { exact: true }).first().waitFor()
      await zhou.go(`/console/cases/${meeting}`)
      await zhou.page.getByLabel(zhou.t('vote.against'), { exact: true }).check()
      await zhou.page.getByLabel(new RegExp(zhou.t('vote.words'))).fill('完成时限应改为次年一月')
      await sound(zhou.page, 'a dissent')
      await zhou.page.getByRole('button', { name: zhou.t('vote.go'), exact: true }).click()
      await zhou.page.getByText(zhou.t('case.voted'), { exact: true }).first().waitFor()
      await act('chen', meeting, 'close_round')
      await act('wang', meeting, 'issue', cleared)
      await chen.go(`/console/cases/${meeting}`)
      await chen.page.getByText('完成时限应改为次年一月').first().waitFor()
      const minutes = await chen.page.evaluate(async (id) => {
        const answer = await fetch(`/api/v1/cases/${id}/papers/minutes?format=pdf`)
        return [answer.status, new TextDecoder().decode((await answer.arrayBuffer()).slice(0, 5))]
      }, meeting)
      assert.deepEqual(minutes, [200, '%PDF-'])

      // Reports: one in time with a return on the way, one late, the others missing.
      const report = async (who, head, due, item) => {
        const { id } = await ask(who, 'POST', '/cases', { type: 'annual-report', values: { due, progress: '沟塘清淤完成', problems: '无', next_plan: '管护到村', data: [item] } })
        await act(who, id, 'finish_draft')
        await act(head, id, 'sign')
        await act(head, id, 'submit')
        return id
      }
      const returned = await report('zhao', 'sun', later(10), { item: '清淤长度', measure: 'km', this_year: '12.5' })
      await act('chen', returned, 'return', {}, { reason: '数据表缺上年数' })
      await act('zhao', returned, 'mend', { data: [{ item: '清淤长度', measure: 'km', this_year: '12.5', last_year: '8' }] })
      await act('sun', returned, 'sign')
      await act('sun', returned, 'submit')
      const late = await report('qian', 'shi', later(-3), { item: '清淤长度', measure: 'km', this_year: '7.5', last_year: '6' })
      for (const id of [returned, late]) await act('chen', id, 'accept', { summary: '清淤按期完成' })

      // The district's report: compiled by a press, what is missing named; signed, published, corrected, published again.
      const { id } = await ask('chen', 'POST', '/cases', { type: 'district-report', values: { title: `${year}年度生态保护补偿工作报告`, expected: ['div-341602100', 'div-341602101', 'water'] } })
      await press('chen', id, w.gather)
      for (const status of [w.on_time, w.late, w.missing]) await chen.page.getByText(status, { exact: true }).first().waitFor()
      await sound(chen.page, 'a compiled report')
      const compiled = (await ask('chen', 'GET', `/cases/${id}`)).values
      assert.deepEqual(compiled.units.map((u) => u.status), ['on_time', 'late', 'missing'])
      assert.deepEqual(compiled.data.map((d) => [d.item, d.measure, d.this_year, d.last_year]), [['清淤长度', 'km', '20.0', '14']])
      assert.deepEqual(compiled.tasks.map((x) => [x.article, x.total]), [['a1', '1'], ['a9', '1']])
      const finish = async (summary) => {
        await act('chen', id, 'send', { introduction: '全年任务按期推进。', outlook: '扩大断面补偿。', summary })
        await act('wang', id, 'decide', cleared)
        await press('chen', id, w.publish)
      }
      await finish('全年清淤 20 公里')
      await act('wang', id, 'correct', {}, { reason: '清淤长度有误' })
      await finish('全年清淤 20.0 公里（已更正）')
      await sound(chen.page, 'a published report')

      // Everybody sees the newest, and what it replaced at its own address.
      const anybody = await person(browser, server, { locale, width })
      people.anybody = anybody
      await anybody.go('/notices')
      await anybody.page.getByRole('link', { name: new RegExp(`${year}年度生态保护补偿工作报告`) }).first().click()
      await anybody.page.getByText('已更正').first().waitFor()
      await sound(anybody.page, 'the report on the portal')
      const all = await anybody.page.evaluate(async () => (await (await fetch('/api/v1/public/notices?limit=100')).json()).items)
      const newest = all.find((n) => n.title.includes('工作报告'))
      const before = await anybody.page.evaluate(async (n) => (await fetch(`/api/v1/public/notices/${n}`)).json(), newest.id - 1)
      assert.equal(before.replaced_by, newest.id)
      await anybody.go(`/notices/${before.id}`)
      await anybody.page.locator('.notice-page h1').waitFor()
      await sound(anybody.page, 'the version before')
      for (const who of Object.values(people)) await who.close()
    } catch (error) {
      const folder = join(top, 'build/web-faults')
      mkdirSync(folder, { recursive: true })
      for (const [name, who] of Object.entries(people)) if (!who.page.isClosed()) await who.page.screenshot({ path: join(folder, `year-${locale}-${name}.png`) })
      throw error
    } finally {
      await browser.close()
      await server.stop()
    }
  })
