// One search over cases, files, parties and places; figures that the system fills in; conditions of rows while they are typed; the export of one case.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, turns } from './lib.mjs'

const secret = (name) => `沟塘清又清清-${name}-2026`
const pictures = process.env.TRIBUTARY_PICTURES

for (const [locale, width] of turns(import.meta.url, [['zh', 390], ['en', 1280], ['zh', 1280], ['en', 390]]))
  test(`finding and what is known, in ${locale} at ${width} px`, async () => {
    const once = {}
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'cn-341602')
      await cli('user', 'setup')
      const add = async (name, display, organisation, roles) => (once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password)
      await add('chen', '陈静', 'office', 'office_drafter,office_approver')
      await add('zhao', '赵云', 'div-341602100', 'township')
      await add('sun', '孙倩', 'div-341602101', 'township')
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
      const file = typeof b === 'string'
      const answer = await fetch(`/api/v1${p}`, { method: m, headers: { 'content-type': file ? 'application/octet-stream' : 'application/json', 'x-csrf-token': session.csrf }, body: b === undefined ? undefined : file ? b : JSON.stringify(b) })
      if (!answer.ok) throw new Error(`${p}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    }, [method, path, body])
    const look = async (who, what) => {
      await sound(who.page, what)
      if (pictures) mkdirSync(pictures, { recursive: true })
      if (pictures) await who.page.screenshot({ path: join(pictures, `${what.replaceAll(' ', '-')}-${locale}-${width}.png`), fullPage: true })
    }
    try {
      const [chen, zhao, sun] = [await come('chen'), await come('zhao'), await come('sun')]
      const { id } = await ask(zhao, 'POST', '/cases', { type: 'annual-report', values: {} })
      await ask(zhao, 'POST', `/cases/${id}/documents?name=${encodeURIComponent('龙凤新河清单.txt')}`, '巡查人：张卫东\n编号 XH-2026-00417，清淤疏浚三公里')
      // From the box above any page; on a phone from the magnifying glass.
      const page = zhao.page
      const find = async (who, words) => {
        await who.go('/console')
        if (width > 900) {
          await who.page.locator('.topbar-find input').fill(words)
          await who.page.locator('.topbar-find input').press('Enter')
        } else {
          await who.page.locator('.topbar-find-link').click()
          await who.page.fill('#find-words', words)
          await who.page.locator('.find-go').click()
        }
        await who.page.locator('.find-own section').first().waitFor()
      }
      const part = (who, kind) => who.page.getByRole('region', { name: who.t(`find_own.kinds.${kind}`), exact: true })
      await assert.doesNotReject(async () => {
        // The text is read some seconds after it was sent.
        for (let n = 0; ; n++) {
          await find(zhao, '卫东')
          if (await part(zhao, 'document').locator('mark').count()) return
          if (n > 20) throw new Error('the file was never read')
          await page.waitForTimeout(1000)
        }
      })
      assert.equal(await part(zhao, 'document').locator('mark').first().textContent(), '卫东')
      await part(zhao, 'document').getByText('龙凤新河清单.txt').waitFor()
      await part(zhao, 'case').getByText(zhao.t('find_own.none')).waitFor()
      await find(zhao, '0417')
      await part(zhao, 'document').locator('mark').first().waitFor()
      await look(zhao, 'found in a file')
      await part(zhao, 'document').getByRole('link', { name: '龙凤新河清单.txt' }).click()
      await page.waitForURL(`**/console/cases/${id}`)
      // What may not be opened is not found.
      await find(sun, '卫东')
      await part(sun, 'document').getByText(sun.t('find_own.none')).waitFor()
      assert.equal(await sun.page.locator('.find-own mark').count(), 0)
      // Parties and places, each kind by itself.
      await find(chen, '涡河')
      await part(chen, 'place').locator('mark').first().waitFor()
      await find(chen, '人民政府')
      await part(chen, 'party').locator('mark').first().waitFor()
      await look(chen, 'parties and places')
      await chen.page.getByRole('button', { name: chen.t('find_own.kinds.party'), exact: true }).click()
      await chen.page.waitForURL((url) => url.searchParams.get('kind') === 'party')
      await chen.page.locator('.find-own section').first().getByRole('link', { name: chen.t('find_own.cases_of') }).first().click()
      await chen.page.waitForURL((url) => url.searchParams.get('kind') === 'case')

      // A report: what the ledger has is there and cannot be typed.
      await zhao.go(`/console/cases/${id}`)
      const received = page.locator('.field', { has: page.locator('#f-received-label') })
      await received.locator('.origin').getByText(zhao.t('origin.ledger_none')).waitFor()
      assert.equal(await received.locator('input').count(), 0)
      await look(zhao, 'a figure the system has')

      // What one holds of the registry of rights is looked up with the draft; nothing is registered here, so nothing is said.
      const water = await ask(zhao, 'POST', '/cases', { type: 'water-transfer', values: { seller: 'gov:341602100000', source_kind: 'surface', from: '2026-01-01', to: '2027-01-01' } })
      assert.deepEqual((await ask(zhao, 'GET', `/cases/${water.id}`)).origins, {})

      // An agreement: cash and what is not cash are told apart while they are typed.
      const agreement = await ask(chen, 'POST', '/cases', { type: 'compensation-agreement', values: { title: '上下游协议', modes: [{ mode: 'cash', content: '年度补偿', cash: '200000' }, { mode: 'training', content: '培训', cash: '50000' }] } })
      await chen.go(`/console/cases/${agreement.id}`)
      const wrong = chen.page.locator('#f-modes-1-cash-wrong')
      await wrong.waitFor()
      await look(chen, 'rows that do not hold')
      await chen.page.fill('#f-modes-1-cash', '0')
      await wrong.waitFor({ state: 'detached' })

      // The export of one case is asked for where it stands.
      const personal = await ask(zhao, 'POST', '/cases', { type: 'fault-tolerance', values: { event: '多付一户', person: '买买提·艾力', facts: '经过' } })
      await zhao.go(`/console/cases/${personal.id}`)
      await zhao.button('privacy.ask_one').click()
      const dialog = page.locator('.privacy-dialog:visible')
      await dialog.locator('input[type=checkbox]').first().check()
      await dialog.getByPlaceholder(zhao.t('privacy.purpose_like')).fill('移送审计')
      await look(zhao, 'asking for an export of one case')
      await dialog.getByRole('button', { name: zhao.t('privacy.send'), exact: true }).click()
      await zhao.page.getByText(zhao.t('privacy.asked_one')).waitFor()
      const asked = await ask(zhao, 'GET', '/exports?whose=mine')
      assert.equal(asked.items[0].cases, 1)
    } finally {
      for (const who of people) await who.close()
      await browser.close()
      await server.stop()
    }
  })
