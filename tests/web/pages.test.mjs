// Every page, in both languages, wide and narrow, light and dark: no serious fault of accessibility, no error in the
// console, no request to anywhere else, nothing wider than the screen. With GUIDE=FOLDER the guide's pictures are written.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test, { after, before } from 'node:test'
import { gzipSync } from 'node:zlib'
import { launch, person, serve, sound, top } from './lib.mjs'

const guide = process.env.GUIDE && resolve(process.env.GUIDE)
const secret = (name) => `溪流清澈见底-${name}-2026`
let server
let browser
let statement
let posted
const once = {}

before(async () => {
  server = await serve(async ({ cli, run }) => {
    await run(join(top, 'scripts/demonstration'), [])
    const list = await cli('statement', 'list', '--rule', 'section-month', '--period', '2020-10')
    posted = list[0].id
    statement = (await cli('statement', 'list', '--rule', 'section-month', '--period', '2020-08'))[0]?.id ?? posted
    await cli('user', 'setup')
    const add = async (name, display, roles, organisation) => (once[name] = (await cli('user', 'add', name, '--display', display, '--roles', roles, '--organisation', organisation)).one_time_password)
    await add('clerk', '王敏', 'office_drafter,office_approver,accountant,lead_department', 'office')
    await add('auditor', '周正', 'auditor', 'drc')
    await add('administrator2', '陈静', 'administrator', 'office')
  })
  browser = await launch()
  for (const name of Object.keys(once)) {
    const who = await person(browser, server)
    await who.begin(name, once[name], secret(name))
    await who.close()
  }
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

const visits = {
  '': { portal: '/', explained: '/explained', verify: '/verify', 'sign-in': '/console/sign-in', missing: '/no-such-page' },
  clerk: {
    home: '/console', statements: '/console/statements', statement: () => `/console/statements/${posted}`, draft: () => `/console/statements/${statement}`,
    readings: '/console/readings?place=sec:hx-09&period=2020-10', import: '/console/readings/import', map: '/console/map', rules: '/console/rules', rule: '/console/rules/section-month?on=2018-01-01',
    versions: '/console/rules/section-month?on=2018-01-01&beside=2022-01-01', 'what-if': '/console/what-if?rule=section-month&period=2020-10', ledger: '/console/ledger', account: '/console/account', forbidden: '/console/admin/users', jobs: '/console/admin/jobs', packs: '/console/admin/packs',
  },
  administrator2: { users: '/console/admin/users', organisations: '/console/admin/organisations', roles: '/console/admin/roles', system: '/console/admin/system', 'nothing-to-read': '/console/statements' },
  auditor: { audit: '/console/admin/audit' },
}
const inGuide = ['portal', 'verify', 'sign-in', 'home', 'statements', 'statement', 'readings', 'import', 'map', 'rule', 'what-if', 'ledger', 'users', 'audit']

for (const [locale, width, dark] of [['zh', 1440, false], ['en', 1440, false], ['zh', 1440, true], ['zh', 390, false], ['en', 390, true]])
  for (const [name, pages] of Object.entries(visits))
    test(`${name || 'the public'}: ${locale}, ${width} px, ${dark ? 'dark' : 'light'}`, async () => {
      const who = await person(browser, server, { locale, width, dark })
      if (name) {
        await who.signIn(name, secret(name))
        await who.page.waitForURL((url) => url.pathname === '/console')
      }
      for (const [page, path] of Object.entries(pages)) {
        await who.go(typeof path === 'function' ? path() : path)
        await who.page.locator('h1').first().waitFor()
        if (page === 'what-if') {
          // One step dearer by a fifth: the payer pays a fifth more.
          await who.page.locator('#p-unit_payment').fill('600000')
          await who.page.getByText('→ −600,000.00').waitFor()
        }
        await sound(who.page, page)
        if (guide && inGuide.includes(page) && !dark) {
          const folder = join(guide, locale)
          mkdirSync(folder, { recursive: true })
          await who.page.screenshot({ path: join(folder, `${page}${width === 390 ? '-phone' : ''}.png`) })
        }
      }
      await who.close()
    })

test('the keyboard alone opens the derivation', async () => {
  const who = await person(browser, server)
  await who.signIn('clerk', secret('clerk'))
  await who.page.waitForURL((url) => url.pathname === '/console')
  await who.go(`/console/statements/${posted}`)
  const toggles = who.page.locator('button.node-toggle')
  await toggles.first().waitFor()
  await toggles.nth(2).focus()
  assert.equal(await toggles.nth(2).getAttribute('aria-expanded'), 'false')
  await who.page.keyboard.press('ArrowRight')
  assert.equal(await toggles.nth(2).getAttribute('aria-expanded'), 'true')
  await who.page.keyboard.press('ArrowDown')
  assert.ok(await toggles.nth(3).evaluate((e) => e === document.activeElement))
  await who.page.keyboard.press('ArrowUp')
  await who.page.keyboard.press('ArrowLeft')
  assert.equal(await toggles.nth(2).getAttribute('aria-expanded'), 'false')
  await who.close()
})

test('a wrong password is refused and says so', async () => {
  const who = await person(browser, server)
  await who.signIn('clerk', 'not the password')
  await who.page.getByRole('alert').waitFor()
  assert.equal(who.faults.filter((f) => !f.includes('401')).length, 0)
  await who.context.close()
})

test('a draft is kept until it is sent', async () => {
  const who = await person(browser, server)
  await who.signIn('clerk', secret('clerk'))
  await who.page.waitForURL((url) => url.pathname === '/console')
  const open = async () => {
    await who.go(`/console/statements/${statement}`)
    await who.button('act.publish').first().click()
    await who.page.locator('#act-text').waitFor()
  }
  await open()
  await who.page.fill('#act-text', '按惯例公示')
  await open()
  assert.equal(await who.page.inputValue('#act-text'), '按惯例公示')
  await who.close()
})

test('the first page is small', async () => {
  const context = await browser.newContext()
  const page = await context.newPage()
  const files = []
  page.on('response', (r) => new URL(r.url()).pathname.startsWith('/assets/') && files.push(new URL(r.url()).pathname))
  await page.goto(server.url, { waitUntil: 'networkidle' })
  const bytes = files.reduce((n, f) => n + gzipSync(readFileSync(join(top, 'web/dist', f))).length, 0)
  console.log(`first page: ${files.length} files, ${Math.round(bytes / 1024)} KB gzipped`)
  assert.ok(bytes > 20_000 && bytes < 300_000, `${bytes} bytes`)
  await context.close()
})
