// Every page, in both languages, wide and narrow, light and dark: no serious fault of accessibility, no error in the
// console (a style or script that the content policy refuses is one), no request to anywhere else, nothing wider than the
// screen.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { gzipSync } from 'node:zlib'
import { demonstration, launch, person, sound, top, turns } from './lib.mjs'

let server
let browser
let statement
let posted
let secret

before(async () => {
  browser = await launch()
  ;({ server, statement, posted, secret } = await demonstration(browser))
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

const visits = {
  '': { portal: '/', explained: '/explained', 'public-markets': '/markets', 'public-market': '/markets/1', verify: '/verify', 'sign-in': '/console/sign-in', missing: '/no-such-page' },
  clerk: {
    home: '/console', statements: '/console/statements', statement: () => `/console/statements/${posted}`, draft: () => `/console/statements/${statement}`,
    readings: '/console/readings?place=sec:hx-09&period=2020-10', import: '/console/readings/import', imports: '/console/readings/imports', map: '/console/map', rules: '/console/rules', rule: '/console/rules/section-month?on=2018-01-01',
    versions: '/console/rules/section-month?on=2018-01-01&beside=2022-01-01', 'what-if': '/console/what-if?rule=section-month&period=2020-10', ledger: '/console/ledger', exchange: '/console/exchange', auction: '/console/exchange/1', markets: '/console/markets', market: '/console/markets/1', compliance: '/console/compliance', standing: '/console/compliance/discharge-rolling-year/plant:demo-food', account: '/console/account', forbidden: '/console/admin/users', jobs: '/console/admin/jobs', packs: '/console/admin/packs',
  },
  administrator2: { users: '/console/admin/users', organisations: '/console/admin/organisations', roles: '/console/admin/roles', system: '/console/admin/system', 'nothing-to-read': '/console/statements' },
  auditor: { audit: '/console/admin/audit' },
}
for (const [locale, width, dark] of turns(import.meta.url, [['zh', 1280, false], ['en', 1280, false], ['zh', 1440, true], ['zh', 390, false], ['en', 390, true]]))
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
  const at = (await toggles.evaluateAll((every) => every.map((e) => e.getAttribute('aria-expanded')))).indexOf('false')
  assert.ok(at > 0)
  await toggles.nth(at).focus()
  await who.page.keyboard.press('ArrowRight')
  assert.equal(await toggles.nth(at).getAttribute('aria-expanded'), 'true')
  await who.page.keyboard.press('ArrowDown')
  assert.ok(await toggles.nth(at + 1).evaluate((e) => e === document.activeElement))
  await who.page.keyboard.press('ArrowUp')
  await who.page.keyboard.press('ArrowLeft')
  assert.equal(await toggles.nth(at).getAttribute('aria-expanded'), 'false')
  await who.close()
})

test('a word of the formula leads to the rows of the file', async () => {
  const who = await person(browser, server)
  await who.signIn('clerk', secret('clerk'))
  await who.page.waitForURL((url) => url.pathname === '/console')
  await who.go(`/console/statements/${posted}`)
  await who.page.locator('.sentence button', { hasText: '当月水质类别' }).click()
  const shown = who.page.locator('.node', { has: who.page.locator('> .node-row.shown') }).last()
  await shown.locator('.node-title', { hasText: '当月水质类别' }).waitFor()
  await shown.locator('button.node-toggle[aria-expanded=false]').first().click()
  await shown.locator('.node-rows td', { hasText: '行' }).first().waitFor()
  await who.close()
})

test('the content policy refuses inline styles and scripts, and that is seen here', async () => {
  const who = await person(browser, server)
  await who.go('/verify')
  await who.page.evaluate(() => {
    document.body.setAttribute('style', 'opacity: .5')
    document.body.append(Object.assign(document.createElement('style'), { textContent: 'body { color: red }' }))
    document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }))
  })
  assert.equal(await who.page.evaluate(() => window.ran), undefined)
  assert.equal(who.faults.filter((f) => /Content Security Policy/.test(f)).length, 3, who.faults.join('\n'))
  await who.context.close()
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

test('drafts wait for whoever wrote them and for nobody else', async () => {
  const who = await person(browser, server)
  const { page } = who
  const enter = async (name) => {
    await who.signIn(name, secret(name))
    await page.waitForURL((url) => url.pathname === '/console')
  }
  const leave = async () => {
    await page.getByRole('button', { name: who.t('action.sign_out'), exact: true }).click()
    await page.waitForURL('**/console/sign-in')
  }
  const keys = () => page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('tributary.draft.') || k.startsWith('tributary.table.')).sort())
  await enter('clerk')
  await who.go(`/console/statements/${statement}`)
  await who.button('act.publish').first().click()
  await page.fill('#act-text', '按惯例公示')
  await who.go('/console/statements')
  await page.locator('thead button').nth(1).click()
  const written = await keys()
  assert.deepEqual(written, [`tributary.draft.publish.${statement}`, 'tributary.table.statements'])
  await leave()
  await enter('clerk')
  assert.deepEqual(await keys(), written, 'signing out keeps them')
  await leave()
  await enter('auditor')
  assert.deepEqual(await keys(), ['tributary.table.statements'], 'another person finds no draft')
  await who.close()
})

test('a list is left and found again at the same place', async () => {
  const who = await person(browser, server)
  const { page } = who
  await who.signIn('clerk', secret('clerk'))
  await page.waitForURL((url) => url.pathname === '/console')
  await page.locator('.nav').getByRole('link', { name: who.t('nav.statements'), exact: true }).click()
  const link = page.locator('a.statement-link').nth(40)
  await link.scrollIntoViewIfNeeded()
  const place = await page.evaluate(() => scrollY)
  assert.ok(place > 500)
  await link.click()
  await page.locator('.paper-amount').waitFor()
  await page.goBack()
  await link.waitFor()
  await page.waitForFunction((y) => scrollY === y, place)
  await who.close()
})

test('a list of many rows is shown window by window', async () => {
  const who = await person(browser, server)
  const { page } = who
  await who.signIn('clerk', secret('clerk'))
  await page.waitForURL((url) => url.pathname === '/console')
  const asked = []
  await page.route('**/api/v1/statements?*', async (route) => {
    const query = new URL(route.request().url()).searchParams
    const [limit, from] = [Number(query.get('limit')), Number(query.get('cursor') ?? 0)]
    asked.push(limit)
    const [real] = (await (await route.fetch({ url: `${server.url}/api/v1/statements?limit=1` })).json()).items
    const items = Array.from({ length: limit }, (_, n) => ({ ...real, id: from + n + 1, code: `c${from + n}`, payer: { code: 'a', name: { zh: `甲${from + n + 1}`, en: '' } } }))
    await route.fulfill({ json: { items, next: String(from + limit) } })
  })
  await who.go('/console/statements')
  const rows = page.locator('tbody tr')
  await rows.first().waitFor()
  for (let seen = 100; seen < 500; seen += 100) {
    await rows.nth(seen - 1).scrollIntoViewIfNeeded()
    await rows.nth(seen).waitFor()
  }
  await who.button('table.later').click()
  const row = (n) => page.locator('tbody a.statement-link', { hasText: new RegExp(`甲${n}(?!\\d)`) })
  await row(501).waitFor()
  assert.equal(await rows.count(), 500)
  await who.button('table.earlier').click()
  await row(1).waitFor()
  assert.equal(await rows.count(), 500, 'never more than a window')
  assert.deepEqual(asked, [100, 100, 100, 100, 100, 500, 500])
  await who.close()
})

test('roles are given to a colleague and taken back', async () => {
  const who = await person(browser, server)
  const { page, t } = who
  await who.signIn('clerk', secret('clerk'))
  await page.waitForURL((url) => url.pathname === '/console')
  await who.go('/console/account')
  await page.getByText(t('delegation.new'), { exact: true }).click()
  await page.getByLabel(t('delegation.whom')).selectOption({ label: '李强' })
  await page.getByLabel(t('delegation.last_day')).fill(new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10))
  await page.locator('.delegation-form').getByLabel('财政经办').check()
  await page.getByLabel(t('delegation.reason')).fill('出差')
  await who.button('delegation.give').click()
  await page.getByText(t('delegation.to', { name: '李强' })).waitFor()
  await sound(page, 'a delegation')
  const other = await person(browser, server)
  await other.signIn('approver', secret('approver'))
  await other.page.waitForURL((url) => url.pathname === '/console')
  await other.page.locator('.nav').getByText(t('nav.ledger'), { exact: true }).waitFor()
  await other.go('/console/account')
  await other.page.getByText(t('delegation.from', { name: '王敏' })).waitFor()
  await who.button('delegation.take_back').click()
  await page.getByText(t('delegation.none')).waitFor()
  await who.close()
  await other.close()
})

test('a basemap is asked for only where one is set, and named', async () => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true })
  const page = await context.newPage()
  const tiles = []
  await page.route('https://tiles.example.org/**', (route) => {
    tiles.push(route.request())
    return route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256"/>' })
  })
  await page.route('**/api/v1/session', async (route) => {
    const answer = await route.fetch()
    const json = await answer.json().catch(() => null)
    if (json?.user) json.basemap = { url: 'https://tiles.example.org/{z}/{x}/{y}.png', attribution: '示例底图' }
    await route.fulfill({ response: answer, ...(json ? { json } : {}) })
  })
  await page.goto(`${server.url}/console/sign-in?lang=zh`)
  await page.fill('#name', 'clerk')
  await page.fill('#password', secret('clerk'))
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.pathname === '/console')
  assert.equal(tiles.length, 0)
  const asked = page.waitForRequest('https://tiles.example.org/**')
  await page.evaluate(() => document.querySelector('a[href="/console/map"]').click())
  await asked
  await page.getByText('示例底图').waitFor()
  assert.match(new URL(tiles[0].url()).pathname, /^\/\d+\/\d+\/\d+\.png$/)
  const referer = (await tiles[0].allHeaders()).referer ?? ''
  assert.ok(referer === '' || new URL(referer).pathname === '/', 'the host at most, never the page')
  await context.close()
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
