// Cases are looked up by a person's name: one that is there, one that is not, none without a purpose; by keyboard and pointer, in both
// languages, wide and narrow.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'

for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
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

// An export is asked for, approved by somebody else and fetched once; a hold is placed; an assessment recorded.
for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', 390]]))
  test(`personal values leave and end in ${locale} at ${width} px`, async () => {
    const once = {}
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'cn-341602')
      await cli('user', 'setup')
      for (const [name, display, organisation, role] of [['zhao', '赵云', 'div-341602100', 'township'], ['wang', '王敏', 'office', 'office_approver'], ['chen', '陈静', 'office', 'office_drafter']])
        once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', role)).one_time_password
    })
    const browser = await launch()
    mkdirSync(join(top, 'build/screens'), { recursive: true })
    const shot = (page, what) => page.screenshot({ path: join(top, 'build/screens', `${what}-${locale}-${width}.png`), fullPage: true })
    try {
      const people = {}
      for (const name of ['zhao', 'wang', 'chen']) {
        people[name] = await person(browser, server, { locale, width })
        await people[name].begin(name, once[name], `沟塘清又清清-${name}-2026`)
      }
      const { zhao, wang, chen } = people
      const { t } = zhao
      const made = await zhao.page.evaluate(async () => {
        const { csrf } = await (await fetch('/api/v1/session')).json()
        const answer = await fetch('/api/v1/cases', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf, 'Idempotency-Key': crypto.randomUUID() }, body: JSON.stringify({ type: 'fault-tolerance', values: { event: '试点补偿多付一户', person: '买买提·艾力', facts: '经过' } }) })
        return answer.json()
      })
      // Asked for: nothing goes without a purpose and a choice.
      await zhao.go('/console/privacy')
      await zhao.button('privacy.ask').click()
      const dialog = zhao.page.getByRole('dialog', { name: t('privacy.ask') })
      await dialog.getByRole('button', { name: t('privacy.send'), exact: true }).click()
      await dialog.getByText(t('privacy.fields_needed')).waitFor()
      await dialog.getByLabel(t('privacy.type')).selectOption('fault-tolerance')
      await dialog.getByLabel(locale === 'zh' ? '当事人' : 'Person concerned').check()
      await dialog.getByLabel(t('privacy.purpose')).fill('向纪委监委移送')
      await sound(zhao.page, `ask ${locale} ${width}`)
      await shot(zhao.page, 'privacy-ask')
      await dialog.getByRole('button', { name: t('privacy.send'), exact: true }).click()
      await zhao.page.getByText(t('privacy.state.asked'), { exact: true }).waitFor()
      assert.equal(await zhao.button('privacy.take').count(), 0)

      // Decided by somebody else; a refusal would need its reason.
      await wang.go('/console/privacy')
      await wang.button('privacy.decide').click()
      const decision = wang.page.getByRole('dialog', { name: t('privacy.decide') })
      await decision.getByRole('button', { name: t('privacy.refuse'), exact: true }).click()
      await decision.getByText(t('privacy.reason_needed')).waitFor()
      await shot(wang.page, 'privacy-decide')
      await decision.getByRole('button', { name: t('privacy.approve'), exact: true }).click()
      await wang.page.getByText(t('privacy.none_to_decide')).waitFor()

      // Fetched once, and no more.
      await zhao.page.reload()
      await sound(zhao.page, `exports ${locale} ${width}`)
      await shot(zhao.page, 'privacy-exports')
      const [file] = await Promise.all([zhao.page.waitForEvent('download'), zhao.button('privacy.take').click()])
      assert.equal(file.suggestedFilename(), 'export-1-1.xlsx')
      await zhao.page.getByText(t('privacy.state.ended'), { exact: true }).waitFor()
      assert.equal(await zhao.button('privacy.take').count(), 0)

      // The register names what is not assessed; an assessment is recorded.
      await chen.go('/console/privacy/register')
      await chen.page.getByText(t('privacy.assessed.missing')).first().waitFor()
      await chen.button('privacy.assess').first().click()
      const form = chen.page.getByRole('dialog')
      for (const part of ['purpose', 'risk', 'measures']) await form.getByLabel(t(`privacy.part.${part}`)).fill('已核查')
      await form.getByLabel(t('privacy.assessor')).fill('联席会议办公室')
      await sound(chen.page, `assessment ${locale} ${width}`)
      await form.getByRole('button', { name: t('privacy.send'), exact: true }).click()
      await chen.page.getByText(t('privacy.assessed.current'), { exact: true }).first().waitFor()
      await sound(chen.page, `register ${locale} ${width}`)
      await shot(chen.page, 'privacy-register')

      // Nothing is due, for no retention is set; a hold is placed and lifted.
      await chen.go('/console/privacy/erasures')
      await chen.page.getByText(t('privacy.none_due')).waitFor()
      await chen.button('privacy.place').click()
      const hold = chen.page.getByRole('dialog', { name: t('privacy.asking.hold') })
      await hold.getByLabel(t('privacy.case_number')).fill(String(made.id))
      await hold.getByLabel(t('privacy.why'), { exact: true }).fill('审计进行中')
      await hold.getByRole('button', { name: t('privacy.send'), exact: true }).click()
      await chen.page.getByText('审计进行中').waitFor()
      await sound(chen.page, `erasures ${locale} ${width}`)
      await shot(chen.page, 'privacy-erasures')
      await zhao.go(`/console/cases/${made.id}`)
      await zhao.page.getByText(t('privacy.held'), { exact: true }).waitFor()
      for (const one of Object.values(people)) await one.close()
    } finally {
      await browser.close()
      await server.stop()
    }
  })
