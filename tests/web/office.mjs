// People of the office, departments and townships who work on cases by pressing what their pages show: nothing is sent by the
// interface. What each has to do is found in that person's own inbox.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { launch, person, serve, sound, top } from './lib.mjs'

export const secret = (name) => `沟塘清又清清-${name}-2026`
export const later = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)

/** A server with `staff` ({name: [display, organisation, roles]}); `come` signs somebody in for the first time. */
export async function office(staff, { locale, width, pack = 'cn-341602', packs = undefined, prepare = async () => {} }) {
  const once = {}
  const server = await serve(async (tools) => {
    await tools.cli('init', '--jurisdiction', '341602', '--pack', pack)
    await tools.cli('user', 'setup')
    for (const [name, [display, organisation, roles]] of Object.entries(staff)) once[name] = (await tools.cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password
    await prepare(tools)
  }, packs)
  const browser = await launch()
  const people = {}
  const world = {
    server, browser, people,
    async come(name) {
      const who = people[name] ?? (await person(browser, server, { locale, width }))
      if (!people[name]) {
        people[name] = who
        await who.begin(name, once[name], secret(name))
      }
      return who
    },
    async anybody() {
      return (people.anybody ??= await person(browser, server, { locale, width }))
    },
    /** Only looks; the texts of steps stand in the packs, not in the pages. */
    read: (name, path) => people[name].page.evaluate(async (p) => {
      const answer = await fetch(`/api/v1${p}`)
      if (!answer.ok) throw new Error(`${p}: ${answer.status} ${await answer.text()}`)
      return answer.json()
    }, path),
    id: (name) => Number(new URL(people[name].page.url()).pathname.split('/').pop()),
    async open(name, id) {
      await people[name].go(`/console/cases/${id}`)
      await people[name].page.locator('.case-top h1').waitFor()
    },
    /** From the inbox, as the person would. */
    async due(name, title) {
      const { page, go } = people[name]
      await go('/console/inbox')
      await page.locator('.inbox-list a', { hasText: title }).first().click()
      await page.locator('.case-top h1').waitFor()
      return world.id(name)
    },
    /** Takes a step of the case that is open: the button, what has to be written, the button of the dialog. */
    async press(name, step, fill = async () => {}, { review = false, reason = '' } = {}) {
      const { page, t } = people[name]
      const found = await world.read(name, `/cases/${world.id(name)}`)
      const option = found.options.find((o) => o.step === step)
      assert.ok(option, `${name} may not ${step} now`)
      const label = option.label[locale]
      await page.locator('.acts').getByRole('button', { name: label, exact: true }).click()
      const dialog = page.locator('.step-dialog:visible')
      await dialog.waitFor()
      await fill(page)
      if (review) for (const field of ['not_secret', 'privacy_ok']) await page.check(`#d-${field}`)
      if (reason) await page.fill('#d-reason', reason)
      await dialog.getByRole('button', { name: t('case.go', { what: label }), exact: true }).click()
      await page.getByText(t('case.done', { what: label }), { exact: true }).first().waitFor()
    },
    /** A new case from the first page's door. */
    async begin(name, type) {
      const { page, t, go } = people[name]
      const title = (await world.read(name, '/case-types?limit=100')).items.find((x) => x.name === type).title[locale]
      await go('/console')
      await page.getByRole('link', { name: t('home.door.new_case'), exact: true }).click()
      await page.locator('.new-kind', { has: page.getByText(title, { exact: true }) }).click()
      await page.waitForURL(/\/console\/cases\/\d+$/)
      await page.locator('.case-top h1').waitFor()
      return world.id(name)
    },
    /** A name of the register or of an organisation, typed and chosen. */
    async choose(name, id, ...texts) {
      const { page } = people[name]
      for (const text of texts) {
        await page.locator(`#${id}`).fill(text)
        await page.locator('.el-select-dropdown__item:visible', { hasText: text }).first().waitFor()
        await page.keyboard.press('Enter')
      }
      await page.keyboard.press('Tab') // leaves the list, which would cover what stands below
    },
    async vote(name, choice, words = '') {
      const { page, t } = people[name]
      await page.getByLabel(t(`vote.${choice}`), { exact: true }).check()
      if (words) await page.getByLabel(new RegExp(t('vote.words'))).fill(words)
      await page.getByRole('button', { name: t('vote.go'), exact: true }).click()
      await page.getByText(t('case.voted'), { exact: true }).first().waitFor()
    },
    sound: (name, what) => sound(people[name].page, what),
    async end(title, error) {
      if (error) {
        const folder = join(top, 'build/web-faults')
        mkdirSync(folder, { recursive: true })
        for (const [name, who] of Object.entries(people)) if (!who.page.isClosed()) await who.page.screenshot({ path: join(folder, `${title}-${locale}-${name}.png`) })
      } else {
        for (const who of Object.values(people)) await who.close()
      }
    },
    async stop() {
      await browser.close()
      await server.stop()
    },
  }
  return world
}

/** Runs `story` in such a world; pictures of everybody's page when it fails. */
export async function inOffice(title, staff, options, story) {
  const world = await office(staff, options)
  try {
    await story(world)
    await world.end(title)
  } catch (error) {
    await world.end(title, error).catch(() => undefined)
    throw error
  } finally {
    await world.stop()
  }
}
