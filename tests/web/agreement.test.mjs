// A horizontal compensation agreement, pressed from draft to payment and a dispute: a clause that is missing is named, both sides
// agree, cash and what is not cash stand apart, a month is worked out by a rule, the year is assessed and paid, a dispute settled.
import assert from 'node:assert/strict'
import test from 'node:test'
import { inOffice, later } from './office.mjs'
import { turns } from './lib.mjs'

const staff = {
  chen: ['陈静', 'office', 'office_drafter'], wang: ['王强', 'office', 'office_approver'], hu: ['胡芳', 'finance', 'accountant'],
  zhao: ['赵云', 'div-341602100', 'township'], qian: ['钱多', 'div-341602101', 'township'],
}
const year = later(0).slice(0, 4)

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`an agreement in ${locale} at ${width} px`, () => inOffice('agreement', staff, { locale, width }, async (world) => {
    for (const name of Object.keys(staff)) await world.come(name)
    const { chen, hu } = world.people
    const { press, due, open, choose, begin, read } = world
    const names = (await read('chen', '/parties?limit=500')).items
    const party = (code) => { const found = names.find((p) => p.code === code); assert.ok(found, `no party ${code}`); return found.name[locale] || found.name.zh }
    const [upper, lower] = ['gov:341602', 'gov:341600'].map(party)
    const title = '涡河谯城段补偿协议'
    const id = await begin('chen', 'compensation-agreement')
    const { page } = chen
    await page.fill('#f-title', title)
    await choose('chen', 'f-protector', upper)
    await choose('chen', 'f-beneficiary', lower)
    await choose('chen', 'f-sides', '古井镇', '芦庙镇')
    await page.fill('#f-superior', '谯城区人民政府')
    for (const [field, value] of Object.entries({ scope: '界河两岸', duties: '禁养区内不养殖', arrangement: '每年一次', breach: '按未付额加付', starts: later(0), ends: later(700) })) await page.fill(`#f-${field}`, value)
    const row = async (table, n, cells) => {
      await page.locator(`#f-${table}`).click()
      for (const [column, value] of Object.entries(cells)) {
        const cell = page.locator(`#f-${table}-${n}-${column}`)
        if (column === 'mode') await cell.selectOption(value)
        else await cell.fill(value)
      }
    }
    await row('targets', 0, { indicator: '氨氮', target: '不劣于Ⅲ类', judged: '区监测站每月监测' })
    await row('modes', 0, { mode: 'cash', content: '年度补偿金', cash: '200000' })
    await row('modes', 1, { mode: 'training', content: '护林员培训', cash: '0', quantity: '120', measure: '人时' })
    await row('modes', 2, { mode: 'joint_park', content: '共建苗圃', cash: '0', quantity: '30', measure: '亩' })
    // One clause is not there yet: it is named beside its field, and nothing is sent.
    const label = (await read('chen', `/cases/${id}`)).options.find((o) => o.step === 'confirm_text').label[locale]
    await page.locator('.acts').getByRole('button', { name: label, exact: true }).click()
    await page.locator('#f-other-wrong').waitFor()
    await world.sound('chen', 'an agreement that lacks a clause')
    await page.fill('#f-other', '无')
    await press('chen', 'confirm_text')
    // Cash alone is added up; 120 person-hours and 30 mu are not.
    const draft = await read('chen', `/cases/${id}`)
    assert.equal(Number(draft.computed.find((c) => c.name === 'cash_total').value), 200000)
    await page.locator('.case-computed').getByText(/200,000/).waitFor()
    await world.sound('chen', 'an agreement before the sides')

    await due('zhao', title)
    await world.vote('zhao', 'for')
    await due('qian', title)
    await world.vote('qian', 'for')
    await due('wang', title)
    await press('wang', 'sign', undefined, { review: true })
    await due('chen', title)
    await press('chen', 'enter')

    // A month by the rule of the district: the job is begun and stands in the history.
    await press('chen', 'calculate', (page) => page.fill('#d-run_period', `${year}-01`))
    const run = (await read('chen', `/cases/${id}`)).events.at(-1).effects[0]
    assert.equal(run.do, 'run')
    assert.ok(run.job)

    // The year: assessed, confirmed by another, paid by a third; the ledger has it, and the article's page tells it.
    await press('chen', 'assess', async (page) => {
      await page.fill('#d-assessed_year', year)
      await page.selectOption('#d-assessment', 'met')
      await choose('chen', 'd-payer', lower)
      await choose('chen', 'd-payee', upper)
      await page.fill('#d-payable', '200000')
    })
    await due('wang', title)
    await press('wang', 'confirm_year')
    await due('hu', title)
    await press('hu', 'pay', (page) => page.fill('#d-settled_year', year))
    await hu.page.getByText(/200,000\.00/).first().waitFor()
    await open('zhao', id)
    await press('zhao', 'dispute', undefined, { reason: '十一月断流' })
    await due('wang', title)
    await world.sound('wang', 'an agreement in dispute')
    await press('wang', 'settle', (page) => page.fill('#d-settlement', '该月不计'))
    await chen.go('/console/plan/9')
    const plan = await read('chen', '/plan/9')
    const value = (n) => page.locator('.plan-figures > div', { hasText: plan.figures[n].label[locale] }).locator('strong').first().textContent()
    assert.match(await value(4), /^200,000\.00/, 'cash agreed')
    assert.match(await value(5), /^200,000\.00/, 'paid by the ledger')
    await world.sound('chen', 'article 9 with an agreement')
    await chen.go('/console/register?kind=certificate')
    await page.getByText(title).first().waitFor()
    await world.sound('chen', 'the register')
  }))
