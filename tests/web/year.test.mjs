// A year of the joint conference, pressed step by step in the browser: the tasks come from a sheet (one with a fault, then a good
// one) and are issued; a meeting is called, its minutes countersigned with a dissent in its own words, issued, and its decisions
// become tasks; reports are called for and come in – one returned on the way, one late, one never –; the district's report is
// compiled, signed and published, corrected and published again, and the portal shows both versions. Its papers are read.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { inOffice, later } from './office.mjs'
import { workbook } from './xlsx.mjs'
import { turns } from './lib.mjs'

const words = {
  zh: { unknown: /没有“区生态局”/, on_time: '按期', late: '迟报', missing: '未报', ecology: '区生态环境分局', water: '区水利局', gujing: '古井镇', lumiao: '芦庙镇' },
  en: { unknown: /no "区生态局"/, on_time: 'in time', late: 'late', missing: 'missing', ecology: 'Ecology and Environment', water: 'Water', gujing: '古井镇', lumiao: '芦庙镇' },
}
const year = later(0).slice(0, 4)
const staff = {
  chen: ['陈静', 'office', 'office_drafter'], wang: ['王强', 'office', 'office_approver'],
  li: ['李敏', 'ecology', 'lead_department'], zhou: ['周海', 'water', 'lead_department'],
  zhao: ['赵云', 'div-341602100', 'township'], sun: ['孙倩', 'div-341602100', 'township'],
  qian: ['钱多', 'div-341602101', 'township'], shi: ['石磊', 'div-341602101', 'township'],
}
const sheet = ['重点工作任务', '对应条目', '主要责任单位', '协同配合单位', '完成时限']

/** A paper as it is downloaded from the page, as text. */
async function paper(page, label, format) {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-paper-'))
  try {
    const item = page.locator('.papers li', { hasText: label })
    const [download] = await Promise.all([page.waitForEvent('download'), item.getByRole('link', { name: new RegExp(`^${format === 'pdf' ? 'PDF' : 'Word'}`) }).click()])
    const file = join(folder, `paper.${format}`)
    await download.saveAs(file)
    assert.match(download.suggestedFilename(), new RegExp(`\\.${format}$`))
    if (process.env.TRIBUTARY_KEEP_PAPERS) writeFileSync(join(process.env.TRIBUTARY_KEEP_PAPERS, download.suggestedFilename()), readFileSync(file))
    return format === 'pdf'
      ? execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).replace(/\s+/g, '')
      : execFileSync('/usr/bin/python3', ['-c', 'import docx,sys\nd=docx.Document(sys.argv[1])\nprint("".join(x.text or "" for x in d.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")))', file], { encoding: 'utf8' }).replace(/\s+/g, '')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
async function holds(page, label, texts, lacks = []) {
  for (const format of ['pdf', 'docx']) {
    const said = await paper(page, label, format)
    for (const text of texts) assert.ok(said.includes(text), `${label} as ${format} lacks ${text}: ${said.slice(0, 1500)}`)
    for (const text of lacks) assert.ok(!said.includes(text), `${label} as ${format} holds ${text}`)
  }
}

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`a year of the joint conference in ${locale} at ${width} px`, () => inOffice('year', staff, { locale, width }, async (world) => {
    const w = words[locale]
    const { press, due, open, begin, choose, vote, read } = world
    const label = async (who, id, name) => (await read(who, `/cases/${id}`)).papers.find((p) => p.name === name).label[locale]
    const come = {}
    for (const name of Object.keys(staff)) come[name] = await world.come(name)
    const { chen, zhou, zhao } = come

    // The task table: one wrong cell keeps everything out; then both tasks are there. Its last column says which version of the
    // form it is, so it is made from the sheet the page hands out.
    await chen.go('/console/cases')
    await chen.page.getByRole('link', { name: chen.t('case_import.title'), exact: true }).click()
    await chen.page.locator('#import-kind').selectOption('annual-task')
    const bytes = await chen.page.evaluate(async () => [...new Uint8Array(await (await fetch('/api/v1/case-types/annual-task/sheet')).arrayBuffer())])
    const folder = mkdtempSync(join(tmpdir(), 'tributary-year-'))
    writeFileSync(join(folder, 't.xlsx'), Buffer.from(bytes))
    const version = execFileSync('unzip', ['-p', join(folder, 't.xlsx'), 'xl/*.xml'], { encoding: 'utf8' }).match(/#annual-task@\w+/)[0]
    rmSync(folder, { recursive: true })
    const rows = [[...sheet, version], ['涡河断面结算', '九、绿色利益分享', '区生态环境分局', '', `${year}-12-31`, ''], ['沟塘清淤', '一、资源开发补偿', '古井镇', '', `${year}-12-31`, '']]
    const wrong = rows.map((r) => [...r])
    wrong[1][2] = '区生态局'
    const upload = (name, content) => chen.page.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: content })
    await world.sound('chen', 'the page of import')
    await upload('错.xlsx', workbook(wrong))
    await chen.page.getByText(w.unknown).first().waitFor()
    await world.sound('chen', 'a fault of a cell')
    await chen.page.getByRole('button', { name: chen.t('import.other'), exact: true }).click()
    await upload('任务分解表.xlsx', workbook(rows))
    await chen.page.getByRole('button', { name: chen.t('case_import.commit', { n: '2' }), exact: true }).click()
    await chen.page.getByText(chen.t('case_import.done', { n: '2' }), { exact: true }).waitFor()
    for (const title of ['涡河断面结算', '沟塘清淤']) {
      await due('chen', title)
      await press('chen', 'propose')
      await due('wang', title)
      await press('wang', 'issue')
    }

    // The meeting: water dissents, in its own words, and the minutes say so.
    const meeting = await begin('chen', 'conference-meeting')
    const title = `${year}年第一次联席会议`
    await chen.page.fill('#f-title', title)
    await chen.page.fill('#f-meets_on', later(0))
    await chen.page.fill('#f-venue', '区政府三楼')
    await choose('chen', 'f-members', w.ecology, w.water)
    await chen.page.fill('#f-agenda', '年度任务分工')
    await press('chen', 'notify')
    await due('chen', title)
    await press('chen', 'record', () => choose('chen', 'd-attended', w.ecology, w.water))
    await press('chen', 'draft_minutes', async (page) => {
      await page.fill('#d-minutes', '会议议定年度任务。')
      await page.locator('#d-decisions').click()
      await page.fill('#d-decisions-0-what', '完成断面结算审计')
      await choose('chen', 'd-decisions-0-owner', w.ecology)
      await page.fill('#d-decisions-0-due', later(60))
      await world.sound('chen', 'the dialog of the minutes')
    })
    await press('chen', 'circulate')
    await due('li', title)
    await vote('li', 'for')
    await due('zhou', title)
    await zhou.page.getByLabel(zhou.t('vote.against'), { exact: true }).check()
    await world.sound('zhou', 'a dissent')
    await vote('zhou', 'against', '完成时限应改为次年一月')
    await due('chen', title)
    await press('chen', 'close_round')
    await due('wang', title)
    await press('wang', 'issue', undefined, { review: true })
    await due('chen', title)
    await press('chen', 'assign')
    await chen.page.getByText('完成时限应改为次年一月').first().waitFor()
    await world.sound('chen', 'a meeting at its end')
    await holds(chen.page, await label('chen', meeting, 'minutes'), [`${title}纪要`, '会议议定年度任务。', '完成断面结算审计', '完成时限应改为次年一月', '不同意'], ['草案'])

    // The decision is a task: drafted by itself, the office adds the article, and it reaches its department.
    await due('chen', '完成断面结算审计')
    await chen.page.selectOption('#f-article', 'a9')
    await press('chen', 'propose')
    await due('wang', '完成断面结算审计')
    await press('wang', 'issue')
    await due('li', '完成断面结算审计')
    await press('li', 'accept')

    // Reports are called for: each unit finds its own, with the day, in its inbox.
    const report = await begin('chen', 'district-report')
    const name = `${year}年度生态保护补偿工作报告`
    await chen.page.fill('#f-title', name)
    await chen.page.locator('.field', { has: chen.page.locator('#f-expected') }).hover()
    await chen.page.locator('.field', { has: chen.page.locator('#f-expected') }).locator('.el-select__clear').click()
    await choose('chen', 'f-expected', w.gujing, w.lumiao, w.water)
    await press('chen', 'call', async (page) => page.fill('#d-due', later(10)))
    const kind = (await read('chen', '/case-types?limit=100')).items.find((x) => x.name === 'annual-report').title[locale]
    const write = async (who, last) => {
      const { page, t } = come[who]
      await due(who, kind)
      for (const field of ['progress', 'problems', 'next_plan']) await page.fill(`#f-${field}`, '沟塘清淤完成')
      await page.getByRole('button', { name: t('case.row_add'), exact: true }).click()
      for (const [column, value] of Object.entries({ item: '清淤长度', measure: 'km', ...last })) await page.fill(`#f-data-0-${column}`, value)
      await press(who, 'finish_draft')
    }
    const sent = async (head) => {
      await due(head, kind)
      await press(head, 'sign')
      await press(head, 'submit')
    }
    // One with a return on the way.
    await write('zhao', { this_year: '12.5' })
    await sent('sun')
    await due('chen', kind)
    await press('chen', 'return', undefined, { reason: '数据表缺上年数' })
    await due('zhao', kind)
    await zhao.page.getByText('数据表缺上年数').first().waitFor()
    await press('zhao', 'mend', (page) => page.fill('#d-data-0-last_year', '8'))
    await sent('sun')
    await due('chen', kind)
    await press('chen', 'accept', (page) => page.fill('#d-summary', '古井镇清淤按期完成'))
    // One late: its day had been three days ago.
    await write('qian', { this_year: '7.5', last_year: '6' })
    const late = world.id('qian')
    await open('chen', late)
    await press('chen', 'set_due', (page) => page.fill('#d-due', later(-3)), { reason: '按会议确定的期限' })
    await due('shi', kind)
    await world.sound('shi', 'a report past its day')
    await sent('shi')
    await due('chen', kind)
    await press('chen', 'accept', (page) => page.fill('#d-summary', '芦庙镇清淤完成'))

    // The district's report: compiled by a press, what is missing named; signed, published, corrected, published again.
    await open('chen', report)
    await press('chen', 'gather')
    for (const status of [w.on_time, w.late, w.missing]) await chen.page.getByText(status, { exact: true }).first().waitFor()
    await world.sound('chen', 'a compiled report')
    const compiled = (await read('chen', `/cases/${report}`)).values
    assert.deepEqual(compiled.units.map((u) => u.status), ['on_time', 'late', 'missing'])
    assert.deepEqual(compiled.data.map((d) => [d.item, d.measure, d.this_year, d.last_year]), [['清淤长度', 'km', '20.0', '14']])
    const due_this_year = later(60).startsWith(year) ? '2' : '1'
    assert.deepEqual(compiled.tasks.map((x) => [x.article, x.total]).sort(), [['a1', '1'], ['a9', due_this_year]])
    const finish = async (summary, who) => {
      await open('chen', report)
      await press('chen', 'send', async (page) => {
        await page.fill('#d-introduction', '全年任务按期推进。')
        await page.fill('#d-outlook', '扩大断面补偿。')
        await page.fill('#d-summary', summary)
      })
      await due('wang', name)
      await press('wang', 'decide', undefined, { review: true })
      await due(who, name)
      await press(who, 'publish')
    }
    await finish('全年清淤 20 公里', 'chen')
    await open('wang', report)
    await press('wang', 'correct', undefined, { reason: '清淤长度有误' })
    await finish('全年清淤 20.0 公里（已更正）', 'chen')
    await world.sound('chen', 'a published report')
    await holds(chen.page, await label('chen', report, 'report'), [name, '全年任务按期推进。', '清淤长度', '20.0', '按期', '迟报', '未报', '扩大断面补偿。'], ['草案'])

    // Everybody sees the newest, and the version before in the archive.
    const anybody = await world.anybody()
    await anybody.go('/notices')
    await anybody.page.getByRole('link', { name: new RegExp(name) }).first().click()
    await anybody.page.getByText('已更正').first().waitFor()
    await world.sound('anybody', 'the report on the portal')
    await anybody.go('/notices')
    await anybody.page.getByRole('link', { name: anybody.t('archive.title'), exact: true }).click()
    await anybody.page.getByRole('link', { name: new RegExp(name) }).first().click()
    await anybody.page.locator('.notice-page.old h1', { hasText: name }).waitFor()
    await anybody.page.getByText('全年清淤 20 公里', { exact: true }).waitFor()
    await world.sound('anybody', 'the version before')

    // The article's page: the figures are what the year came to, the tasks stand where they belong.
    await chen.go('/console/plan/14')
    const figure = (page, text) => page.locator('.plan-figures > div', { hasText: text }).locator('strong').textContent()
    const plan = await read('chen', '/plan/14')
    for (const [at, value] of [[1, '2'], [3, '1']]) assert.match(await figure(chen.page, plan.figures[at].label[locale]), new RegExp(`^${value}(\\D|$)`))
    await chen.go('/console/plan/9')
    await chen.page.locator('section[aria-labelledby=tasks]').getByRole('link', { name: '涡河断面结算' }).waitFor()
    await world.sound('chen', 'the page of an article')
  }))
