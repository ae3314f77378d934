// Cases are looked up by a person's name: one that is there, one that is not, none without a purpose; by keyboard and pointer, in both
// languages, wide and narrow.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top } from './lib.mjs'

for (const [locale, width] of [['zh', 1280], ['en', 390]])
  test(`cases looked up by a name in ${locale} at ${width} px`, async () => {
    const once = {}
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'cn-341602')
      await cli('user', 'setup')
      once.sun = (await cli('user', 'add', 'sun', '--display', '孙倩', '--organisation', 'div-341602100', '--roles', 'township')).one_time_password
      once.zhao = (await cli('user', 'add', 'zhao', '--display', '赵云', '--organisation', 'div-341602100', '--roles', 'township')).one_time_password
    })
    const browser = await launch()
    const zhao = await person(browser, server, { locale, width })
    try {
      await zhao.begin('zhao', once.zhao, '沟塘清又清清-zhao-2026')
      const { page, t } = zhao
      const later = (days) => new Date(Date.now() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10)
      const ask = (who, path, body) => who.page.evaluate(async ([to, what]) => {
        const { csrf } = await (await fetch('/api/v1/session')).json()
        const answer = await fetch(`/api/v1${to}`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf, 'Idempotency-Key': crypto.randomUUID() }, body: JSON.stringify(what) })
        if (!answer.ok) throw new Error(await answer.text())
        return answer.json()
      }, [path, body])
      const made = await ask(zhao, '/cases', { type: 'ranger-appointment', values: { village: '小李村', plot: '涡河南岸林带', funding: 'local', conditions: '守法、能巡护', pay_year: '8000', apply_by: later(20) } })
      // Somebody else reviews what is posted.
      const sun = await person(browser, server, { locale, width })
      await sun.begin('sun', once.sun, '沟塘清又清清-sun-2026')
      await ask(sun, `/cases/${made.id}/actions`, { step: 'notice', values: { not_secret: true, privacy_ok: true } })
      await sun.close()
      await ask(zhao, `/cases/${made.id}/actions`, { step: 'apply', values: { person: '买买提·艾力', citizen_id: '11010519491231002X', phone: '13800000000', account: '6228480000000000000', category: 'low_income', fit: true, other_post: false } })
      await zhao.go('/console/cases')
      await page.getByRole('button', { name: t('lookup.title'), exact: true }).click()
      const dialog = page.getByRole('dialog', { name: t('lookup.title') })
      const go = dialog.getByRole('button', { name: t('lookup.go'), exact: true })
      await go.click()
      await dialog.getByText(t('lookup.value_needed')).waitFor()
      await dialog.getByLabel(t('lookup.by')).selectOption('person')
      await dialog.getByLabel(t('lookup.value')).fill('买买提 艾力')
      await go.click()
      await dialog.getByText(t('case.purpose_needed')).waitFor()
      await dialog.getByLabel(t('case.purpose')).fill('核实是否重复报名')
      await go.click()
      await dialog.getByText(t('lookup.found', { n: 1 })).waitFor()
      assert.equal(await dialog.getByRole('link').count(), 1)
      await sound(page, `look-up ${locale} ${width}`)
      mkdirSync(join(top, 'build/screens'), { recursive: true })
      await page.screenshot({ path: join(top, 'build/screens', `look-up-${locale}-${width}.png`) })
      await dialog.getByLabel(t('lookup.value')).fill('李四')
      await go.click()
      await dialog.getByText(t('lookup.none')).waitFor()
      // A number that cannot be one is told beside the form.
      await dialog.getByLabel(t('lookup.by')).selectOption('citizen_id')
      await dialog.getByLabel(t('lookup.value')).fill('123')
      await go.click()
      await dialog.getByRole('alert').waitFor()
    } finally {
      await browser.close()
      await server.stop()
    }
  })
