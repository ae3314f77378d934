// The pictures of the guide's pages on cases, in both languages: docs/guide/images/{zh,en}.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { top } from './lib.mjs'
import { inOffice, later } from './office.mjs'

const staff = {
  chen: ['陈静', 'office', 'office_drafter'], wang: ['王强', 'office', 'office_approver'],
  zhao: ['赵云', 'div-341602100', 'township'], sun: ['孙倩', 'div-341602100', 'township'],
}

for (const locale of ['zh', 'en'])
  test(`pictures of cases in ${locale}`, () => inOffice('pictures', staff, { locale, width: 1280 }, async (world) => {
    const folder = join(top, 'docs/guide/images', locale)
    mkdirSync(folder, { recursive: true })
    for (const name of ['chen', 'wang', 'zhao']) await world.come(name)
    const { chen, zhao } = world.people
    const { begin, press, due } = world
    for (const [title, article, days] of [['武家河支沟清淤', 'a9', 0], ['护林员续聘', 'a9', 24], ['取土坑复垦', 'a1', 40]]) {
      await begin('chen', 'annual-task')
      await chen.page.fill('#f-title', title)
      await chen.page.selectOption('#f-article', article)
      await world.choose('chen', 'f-lead', '古井镇')
      await chen.page.fill('#f-due', later(days))
      await press('chen', 'propose')
      await due('wang', title)
      await press('wang', 'issue')
    }
    await due('zhao', '护林员续聘')
    await press('zhao', 'accept')
    await begin('chen', 'district-report')
    await chen.page.fill('#f-title', '年度生态保护补偿工作报告')
    await chen.page.locator('.field', { has: chen.page.locator('#f-expected') }).hover()
    await chen.page.locator('.field', { has: chen.page.locator('#f-expected') }).locator('.el-select__clear').click()
    await world.choose('chen', 'f-expected', '古井镇')
    await press('chen', 'call', (page) => page.fill('#d-due', later(12)))

    const take = async (who, path, picture, height) => {
      if (path) await who.go(path)
      await who.page.locator('h1').first().waitFor()
      await who.page.waitForFunction(() => !document.querySelector('.skeleton') && !document.querySelector('[aria-busy=true]') && !document.querySelector('.toast'))
      await who.page.evaluate(() => document.fonts.ready)
      await who.page.setViewportSize({ width: 1280, height })
      await who.page.mouse.move(0, 0)
      await who.page.waitForTimeout(400)
      await who.page.screenshot({ path: join(folder, `${picture}.png`) })
    }
    await take(zhao, '/console/inbox', 'inbox', 620)
    await due('zhao', '武家河支沟清淤')
    await take(zhao, '', 'case', 820)
    await take(zhao, '/console/inbox/calendar', 'calendar', 820)
    await take(chen, '/console/plan', 'plan', 820)
    await take(chen, '/console/plan/9', 'article', 900)
  }))
