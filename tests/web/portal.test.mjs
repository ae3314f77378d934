// The public portal as citizens use it: search, notices with their terms, corrections, policies in plain words, progress, open data.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { launch, person, serve, sound, turns } from './lib.mjs'
import { enrol, publish } from './publicity.mjs'

let browser
let server
let of
before(async () => {
  browser = await launch()
  let once
  server = await serve(async ({ cli, demonstrate }) => {
    await demonstrate()
    await cli('user', 'setup')
    once = await enrol(cli)
  })
  of = await publish(server.url, once)
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

for (const [locale, width, dark] of turns(import.meta.url, [['zh', 1280, false], ['en', 390, true], ['zh', 390, false], ['en', 1280, false]]))
  test(`the portal in ${locale} at ${width} px`, async (t) => {
    const who = await person(browser, server, { locale, width, dark })
    const { page, t: say } = who
    const see = async (what, path) => {
      await who.go(path)
      await page.locator('h1').first().waitFor()
      await sound(page, what)
    }
    await t.test('every page', async () => {
      for (const [what, path] of Object.entries({ overview: '/', search: '/search', notices: '/notices', plan: '/plan', article: '/plan/9', policies: '/rules', policy: '/rules/section-month', data: '/data', auctions: '/auctions', auction: '/auctions/1', prices: '/market', bulletin: '/market/2026-11-20' })) await see(what, path)
    })
    await t.test('search: words, marks, kinds, nothing found', async () => {
      await who.go('/')
      await page.getByRole('link', { name: say('nav.search'), exact: true }).click()
      await page.fill('#find-words', '断面补偿')
      await page.keyboard.press('Enter')
      await page.waitForURL((url) => url.searchParams.get('words') === '断面补偿')
      await page.locator('.find-list a', { hasText: '涡河断面补偿办法' }).first().waitFor()
      assert.equal(await page.locator('.find-list a mark').first().textContent(), '断面补偿')
      assert.equal(await page.locator('.find-list a[href="/notices/' + of.old + '"]').count(), 0, 'the old version is not found')
      await sound(page, 'what was found')
      await page.getByRole('combobox', { name: say('notice.kind') }).selectOption('rule')
      await page.waitForURL((url) => url.searchParams.get('kind') === 'rule')
      await who.go(`/search?words=${encodeURIComponent('误发的通知')}`)
      await page.getByText(say('find.none', { words: '误发的通知' })).waitFor()
      await who.go('/search?words=6000')
      await page.locator('.find-list a', { hasText: '小李村' }).waitFor()
    })
    await t.test('a notice says until when, how and where to object', async () => {
      await see('a notice with a term', `/notices/${of.objections}`)
      const term = page.locator('.notice-window')
      await term.getByText('0558-5000000').waitFor()
      await term.getByText(say('notice.how_to_object_text')).waitFor()
      assert.match(await term.textContent(), locale === 'zh' ? /还剩 12 天/ : /12 days left/)
    })
    await t.test('a correction: the list has the new one, the old one stays at its address', async () => {
      await who.go('/notices?kind=policy')
      await page.locator(`.case-links a[href="/notices/${of.corrected}"]`).waitFor()
      assert.equal(await page.locator(`.case-links a[href="/notices/${of.old}"]`).count(), 0)
      await see('an old version', `/notices/${of.old}`)
      await page.getByText('第三条的单位应为元').waitFor()
      await page.getByRole('link', { name: say('notice.newer') }).click()
      await page.waitForURL(`**/notices/${of.corrected}`)
      await page.getByRole('link', { name: say('notice.older') }).waitFor()
    })
    await t.test('what was taken down says so, and nothing else', async () => {
      await who.go(`/notices/${of.withdrawn}`)
      await page.getByRole('heading', { name: say('notice.gone_title') }).waitFor()
      assert.doesNotMatch(await page.locator('main').textContent(), /误发|有误/)
      // The browser itself notes the answer 410.
      const noted = who.faults.splice(0)
      assert.deepEqual(noted.filter((fault) => !/410/.test(fault)), [])
      await sound(page, 'a notice that is gone')
    })
    await t.test('a policy: plain words, a worked example, what was published under it', async () => {
      await who.go('/rules')
      await page.locator('.plain-list a[href="/rules/section-month"]').click()
      await page.getByRole('heading', { name: say('policy.plain') }).waitFor()
      await page.getByRole('heading', { name: say('policy.example') }).waitFor()
      await page.locator('.worked').getByText('2,000,000').first().waitFor()
      await who.go('/rules')
      await page.locator(`#experience a[href="/notices/${of.experience}"]`).waitFor()
    })
    await t.test('feeds are found and what the catalogue offers can be had', async () => {
      await who.go('/notices?kind=village')
      await page.locator(`.case-links a[href="/notices/${of.village}"]`).waitFor()
      assert.ok((await page.locator('link[rel=alternate][type="application/atom+xml"]').evaluateAll((all) => all.map((l) => l.getAttribute('href')))).includes('/api/v1/public/feed?kind=village'))
      await who.go('/data')
      const links = page.locator('.dataset a.tool')
      await links.first().waitFor()
      for (const href of await links.evaluateAll((all) => all.map((a) => a.href))) assert.equal((await fetch(href)).status, 200, href)
      await page.getByText(say('data.licence_unknown')).first().waitFor()
    })
    await who.close()
  })
