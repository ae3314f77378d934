// Somebody new in a township finds and files what is due this week, by the guide's instructions alone, from the page of sign-in on.
// What is pressed and how often a page is loaded is counted against what the guide says; how fast the machine is does not matter.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { person, top, turns } from './lib.mjs'
import { inOffice, later, secret } from './office.mjs'

const staff = {
  chen: ['陈静', 'office', 'office_drafter'], wang: ['王强', 'office', 'office_approver'],
  zhao: ['赵云', 'div-341602100', 'township'],
}
/** A week ends on Sunday: today is always in it. */
const this_week = later(0)
/** The steps of the guide's section, one line each, with the clicks it says. */
const said = (locale) => [...readFileSync(join(top, `docs/guide/${locale}/cases.md`), 'utf8').matchAll(/^\d+\. .*?[（(]\D{0,4}(\d+)[^）)]*[）)]$/gm)].map((m) => Number(m[1]))

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`a newcomer files what is due this week in ${locale} at ${width} px`, () => inOffice('newcomer', staff, { locale, width }, async (world) => {
    await world.come('chen')
    await world.come('wang')
    const { chen } = world.people
    // Two things wait: a task, due later, and this year's report, due this week.
    await world.begin('chen', 'annual-task')
    await chen.page.fill('#f-title', '武家河支沟清淤')
    await chen.page.selectOption('#f-article', 'a9')
    await world.choose('chen', 'f-lead', '古井镇')
    await chen.page.fill('#f-due', later(40))
    await world.press('chen', 'propose')
    await world.due('wang', '武家河支沟清淤')
    await world.press('wang', 'issue')
    await world.begin('chen', 'district-report')
    await chen.page.fill('#f-title', '年度生态保护补偿工作报告')
    await chen.page.locator('.field', { has: chen.page.locator('#f-expected') }).hover()
    await chen.page.locator('.field', { has: chen.page.locator('#f-expected') }).locator('.el-select__clear').click()
    await world.choose('chen', 'f-expected', '古井镇')
    await world.press('chen', 'call', (page) => page.fill('#d-due', this_week))

    // She has chosen her password; the tour greets her at her first real sign-in.
    await world.come('zhao')
    await world.people.zhao.close()
    const zhao = await person(world.browser, world.server, { locale, width, tour: true })
    world.people.zhao = zhao
    const { page, t } = zhao
    let clicks = 0
    let loads = 0
    page.on('load', () => loads++)
    const click = async (what) => { clicks++; await what.click() }
    const counts = []
    const step = () => counts.push(clicks - counts.reduce((a, b) => a + b, 0))

    // 1. Sign in; close the tour.
    await zhao.go('/console/sign-in')
    await page.fill('#name', 'zhao')
    await page.fill('#password', secret('zhao'))
    await click(page.getByRole('button', { name: t('action.sign_in'), exact: true }))
    await click(page.locator('.el-tour__close'))
    step()
    // 2. The first block of the first page: what is due this week, above what is due later; reports without a day come last.
    const inbox = page.locator('section[aria-labelledby=inbox]')
    await inbox.getByText(t('inbox.when.week')).waitFor()
    assert.deepEqual((await inbox.locator('.inbox-when').allTextContents()).map((x) => x.trim().split(/\s+\d/)[0].trim()), ['week', 'later', 'none'].map((when) => t(`inbox.when.${when}`)))
    await world.sound('zhao', 'the first page of a newcomer')
    const week = inbox.getByRole('list', { name: new RegExp(t('inbox.when.week')) })
    await click(week.getByRole('link').first())
    step()
    // 3. Fill in what has a star or is asked for; what is known is there already.
    await page.locator('.case-top h1').waitFor()
    assert.equal(await page.inputValue('#f-year'), later(0).slice(0, 4))
    for (const field of ['progress', 'problems', 'next_plan']) await page.fill(`#f-${field}`, '沟塘清淤完成')
    await click(page.getByRole('button', { name: t('case.row_add'), exact: true }))
    await page.fill('#f-data-0-item', '清淤长度')
    await page.fill('#f-data-0-measure', 'km')
    await page.fill('#f-data-0-this_year', '12.5')
    await world.sound('zhao', 'a report filled in')
    step()
    // 4. The blue button at the side, and its confirmation.
    await click(page.locator('.acts .el-button--primary'))
    await world.sound('zhao', 'the dialog of a newcomer')
    await click(page.locator('.step-dialog:visible .el-button--primary'))
    await page.locator('.step-dialog').waitFor({ state: 'hidden' })
    step()
    const now = await world.read('zhao', `/cases/${world.id('zhao')}`)
    assert.equal(now.state, 'drafted')
    // Nothing is left of this week.
    await zhao.go('/console')
    loads--
    await page.locator('section[aria-labelledby=inbox]').getByText(t('inbox.when.later')).waitFor()
    assert.equal(await page.locator('section[aria-labelledby=inbox]').getByText(t('inbox.when.week')).count(), 0)

    const promised = said(locale)
    assert.equal(promised.length, 4, 'the guide says four steps, each with its clicks')
    console.log(`# ${locale}: clicks ${counts.join(' + ')}, the guide says ${promised.join(' + ')}; ${loads} page loads`)
    counts.forEach((n, at) => assert.ok(n <= promised[at], `step ${at + 1}: ${n} clicks, the guide says ${promised[at]}`))
    assert.equal(loads, 1, 'one page is loaded, the rest happens in it')
  }))
