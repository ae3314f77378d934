// The archive of what was made public, for the office and for everybody; the sixteen pages of the plan; the work around cases that
// the day's test does not touch.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { launch, person, serve, sound, turns } from './lib.mjs'
import { enrol, publish } from './publicity.mjs'

const pictures = process.env.TRIBUTARY_SCREENS
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

const look = async (page, name) => {
  if (!pictures) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]])) {
  test(`the archive in ${locale} at ${width} px`, async () => {
    const office = await person(browser, server, { locale, width })
    const { page, t } = office
    await office.signIn('wang', '沟渠水草丰美-wang-2026')
    await page.waitForURL((url) => url.pathname === '/console')
    await office.go('/console/publications')
    const link = (id) => page.locator(`a[href="/console/publications/${id}"]`)
    for (const id of [of.old, of.corrected, of.withdrawn, of.village]) await link(id).first().waitFor()
    await sound(page, 'the archive')
    await look(page, `archive-${locale}`)
    // By what became of it, by kind, by words.
    await page.getByRole('button', { name: t('standing.withdrawn'), exact: true }).click()
    await link(of.withdrawn).first().waitFor()
    await page.waitForFunction((id) => !document.querySelector(`a[href="/console/publications/${id}"]`), of.old)
    await page.getByRole('button', { name: t('standing.corrected'), exact: true }).click()
    await link(of.old).first().waitFor()
    await page.getByRole('button', { name: t('archive.every_standing'), exact: true }).click()
    await page.getByPlaceholder(t('archive.find')).fill('取土坑')
    await link(of.objections).first().waitFor()
    await page.waitForFunction((id) => !document.querySelector(`a[href="/console/publications/${id}"]`), of.old)
    await page.getByPlaceholder(t('archive.find')).fill('没有这样的话')
    await page.getByText(t('archive.none_match')).waitFor()
    // What was taken down can be read here, with the reason and the case.
    await office.go(`/console/publications/${of.withdrawn}`)
    await page.getByRole('heading', { name: '误发的通知' }).waitFor()
    await page.locator('.facts').getByText('内容有误', { exact: true }).first().waitFor()
    await page.getByRole('link', { name: t('archive.case') }).waitFor()
    await sound(page, 'one of the archive')
    await look(page, `archive-one-${locale}`)
    await office.go(`/console/publications/${of.old}`)
    await page.getByRole('link', { name: t('archive.newer') }).click()
    await page.waitForURL(`**/console/publications/${of.corrected}`)
    await office.go('/console/register?kind=asset')
    await page.getByText('修复地块').first().waitFor()
    await sound(page, 'the register')
    await look(page, `register-${locale}`)
    await office.close()

    // A township reads only its own cases: the archive is not offered, and its address says why.
    const town = await person(browser, server, { locale, width })
    await town.signIn('zhao', '沟渠水草丰美-zhao-2026')
    await town.page.waitForURL((url) => url.pathname === '/console')
    assert.equal(await town.page.locator('nav a', { hasText: t('nav.publications') }).count(), 0)
    await town.go('/console/publications')
    await town.page.getByText(t('state_view.forbidden')).waitFor()
    await town.close()

    // Everybody: older versions by their title; of what came down nothing it said.
    const anybody = await person(browser, server, { locale, width })
    await anybody.go('/notices')
    await anybody.page.getByRole('link', { name: t('archive.title'), exact: true }).click()
    await anybody.page.locator(`a[href="/notices/${of.old}"]`).waitFor()
    assert.doesNotMatch(await anybody.page.locator('main').textContent(), /误发/)
    await anybody.page.getByText(t('archive.untitled', { kind: '', n: of.withdrawn }).replace(/^\s*/, '').slice(-6)).first().waitFor()
    await sound(anybody.page, 'the archive for everybody')
    await look(anybody.page, `archive-public-${locale}`)
    await anybody.page.fill('#archive-words', '误发')
    await anybody.page.keyboard.press('Enter')
    await anybody.page.getByText(t('archive.none_match')).waitFor()
    await anybody.page.fill('#archive-words', '断面补偿')
    await anybody.page.keyboard.press('Enter')
    await anybody.page.locator(`a[href="/notices/${of.old}"]`).click()
    await anybody.page.locator('.notice-page.old').waitFor()
    await anybody.close()
  })

  test(`the sixteen articles in ${locale} at ${width} px`, async () => {
    const office = await person(browser, server, { locale, width })
    const { page } = office
    await office.signIn('chen', '沟渠水草丰美-chen-2026')
    await page.waitForURL((url) => url.pathname === '/console')
    const ask = (path) => page.evaluate(async (p) => (await fetch(`/api/v1${p}`)).json(), path)
    const plan = await ask('/public/plan')
    assert.equal(plan.articles.length, 16)
    for (const article of plan.articles) {
      await office.go(`/console/plan/${article.number}`)
      await page.getByText(article.text[locale]).first().waitFor()
      for (const part of ['figures', 'tasks', 'open-cases', 'results', 'kinds']) await page.locator(`section[aria-labelledby=${part}] h2`).waitFor()
      await sound(page, `article ${article.number}`)
      const told = await ask(`/plan/${article.number}`)
      assert.ok(told.figures.length > 0, `article ${article.number} has figures`)
      assert.equal(await page.locator('.plan-figures > div').count(), told.figures.length)
      // A figure has a value, or says in words why there is none; every link leads to a page.
      for (const figure of told.figures) {
        assert.ok(figure.value !== null ? figure.value !== '' : figure.note[locale] !== '', figure.label[locale])
        assert.match(figure.link, /^\/console\/(cases|register|publications|statements|ledger|readings)/)
      }
      for (const missing of told.missing) await page.getByText(missing[locale], { exact: true }).waitFor()
      await look(page, `article-${article.number}-${locale}`)
    }
    // Article 9 and 12 of the demonstration: what was posted, and what was imported, to the last digit.
    const nine = await ask('/plan/9')
    const posted = (await ask('/statements?limit=500')).items.filter((s) => ['posted', 'paid'].includes(s.state))
    const fen = posted.reduce((sum, s) => sum + BigInt(s.amount.replace('.', '')), 0n)
    assert.equal(nine.figures[0].value, String(posted.length))
    assert.equal(nine.figures[1].value.replace('.', ''), String(fen))
    const twelve = await ask('/plan/12')
    const files = (await ask('/imports?limit=500')).items
    assert.equal(twelve.figures[0].value, String(files.length))
    assert.equal(twelve.figures[1].value, String(files.reduce((sum, f) => sum + f.accepted, 0)))
    assert.equal(twelve.figures[2].value, String((await ask('/series?limit=500')).items.length))
    assert.equal((await ask('/plan/16')).figures[0].value, String((await ask('/public/notices?kind=policy&limit=500')).items.length))
    // A link to where it is counted shows just those.
    await office.go('/console/plan/1')
    await page.locator('.plan-figures > div').first().getByRole('link').click()
    await page.waitForURL(/\/console\/cases\?type=restoration-duty/)
    await page.getByText('小李村取土坑').first().waitFor()
    assert.equal((await ask('/plan/17')).status, 404)
    office.faults.splice(0, office.faults.length, ...office.faults.filter((f) => !/404/.test(f)))
    await office.close()
  })
}
