// The bank's desk in a browser: what waits is drafted as a batch by one and approved by another, its file goes out, the bank's
// statement comes back, a line that is not matched is assigned, and the day is reconciled.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { launch, person, serve, sound, top, turns } from './lib.mjs'

const secret = (name) => `一分一厘都对得上-${name}-2026`
const staff = { jin: ['金会', 'accountant'], shen: ['沈核', 'accountant'] }

// With TRIBUTARY_PICTURES the guide's picture is taken on the way, in both languages at the wide size.
const pictures = !!process.env.TRIBUTARY_PICTURES
for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', pictures ? 1280 : 390]]))
  test(`the bank's desk in ${locale} at ${width} px`, async () => {
    const once = {}
    const server = await serve(async ({ cli, demonstrate }) => {
      await demonstrate()
      await cli('user', 'setup')
      for (const [name, [display, roles]] of Object.entries(staff)) once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', 'office', '--roles', roles)).one_time_password
    })
    const browser = await launch()
    const folder = mkdtempSync(join(tmpdir(), 'tributary-bank-'))
    mkdirSync(join(top, 'build/screens'), { recursive: true })
    try {
      const people = {}
      for (const name of Object.keys(staff)) {
        people[name] = await person(browser, server, { locale, width })
        await people[name].begin(name, once[name], secret(name))
      }
      const { jin, shen } = people
      const { t, page } = jin
      const part = async (who, name) => {
        await who.go(`/console/bank?part=${name}`)
        await who.page.waitForFunction(() => !document.querySelector('.skeleton'))
      }
      const decide = async (n) => {
        await part(shen, 'decisions')
        await shen.page.locator('.approvals input[type=checkbox]').nth(n - 1).waitFor()
        for (const box of await shen.page.locator('.approvals input[type=checkbox]').all()) await box.check()
        await shen.page.getByLabel(t('bank.reason'), { exact: true }).fill('核对无误')
        await shen.button('bank.approve_n', { n }).click()
        await shen.page.getByText(t('bank.none_to_decide')).waitFor()
      }
      const shot = (what) => page.screenshot({ path: join(top, 'build/screens', `bank-${what}-${locale}-${width}.png`), fullPage: true })

      // No account number, no payment: one registers it, another agrees.
      await part(jin, 'pay')
      assert.ok(await page.locator('.approvals input[type=checkbox]').isDisabled())
      await jin.button('bank.register').click()
      for (const [field, value] of [['name', '阜阳市财政局'], ['bank', '示例银行阜阳支行'], ['number', '6222000011112222'], ['reason', '来函']]) await page.fill(`#payee-${field}`, value)
      await sound(page, `payee ${locale} ${width}`)
      await jin.button('bank.payee_send').click()
      await page.getByText(t('bank.payee_sent')).first().waitFor()
      // Her own cannot be decided by her.
      await part(jin, 'decisions')
      assert.ok(await page.locator('.approvals input[type=checkbox]').isDisabled())
      await decide(1)

      // Drafted, approved, handed out.
      await part(jin, 'pay')
      await page.locator('.approvals input[type=checkbox]').check()
      await sound(page, `to pay ${locale} ${width}`)
      await shot('pay')
      await page.getByLabel(t('bank.reason'), { exact: true }).fill('十月结算')
      await page.getByRole('button', { name: new RegExp(t('bank.draft', { n: 1, sum: '500,000.00' })) }).click()
      await page.getByText(t('bank.drafted', { n: 1 })).first().waitFor()
      await decide(1)
      await part(jin, 'batches')
      const given = page.waitForEvent('download')
      await jin.button('bank.file').click()
      const file = readFileSync(await (await given).path(), 'utf8')
      const reference = /RF\d{10,}/.exec(file)[0]
      assert.match(file, /500,?000\.00/)
      await jin.button('bank.show_lines').click()
      await page.getByText(reference).waitFor()
      await sound(page, `batches ${locale} ${width}`)
      await shot('batches')

      // The bank's statement comes back: a bad file is refused whole, with its lines; a good one settles the payment.
      await part(jin, 'lines')
      const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '')
      // The example bank writes GB18030.
      const bring = async (name, text) => {
        writeFileSync(join(folder, name), execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GB18030'], { input: text }))
        await page.locator('input[type=file]').setInputFiles(join(folder, name))
      }
      const statement = [
        '交易日期,流水号,收入金额,支出金额,账户余额,对方账号,对方户名,摘要',
        `${today},S1,,"500,000.00","500,000.00",6222000011112222,阜阳市财政局,${reference}`,
        `${today},S2,12.34,,"500,012.34",,示例银行,结息`,
        '',
      ].join('\r\n')
      await bring('bad.csv', statement.replace('12.34,,', '12.3A,,'))
      await page.locator('.faults li').first().waitFor()
      await page.getByText(new RegExp(t('bank.nothing_imported'))).waitFor()
      await bring('good.csv', statement)
      await page.locator('tbody .tag', { hasText: t('bank.entry_state.matched') }).first().waitFor()
      jin.faults.splice(0, jin.faults.length, ...jin.faults.filter((f) => !/status of 4/.test(f)))
      await sound(page, `lines ${locale} ${width}`)
      await shot('lines')
      if (pictures) await page.locator('main').screenshot({ path: join(top, 'docs/guide/images', locale, 'bank.png') })
      // What is not matched is said to be none of ours, by two.
      await jin.button('bank.assign').first().click()
      await page.getByLabel(t('bank.target'), { exact: true }).fill('not_ours')
      await page.getByLabel(t('bank.reason'), { exact: true }).fill('利息另账')
      await jin.button('bank.assign_send').click()
      await page.getByText(t('bank.assigned')).first().waitFor()
      await decide(1)

      // Every difference has a name.
      await part(jin, 'balance')
      await page.getByText(t('bank.sound')).waitFor()
      await sound(page, `reconciliation ${locale} ${width}`)
      await shot('balance')
      for (const who of Object.values(people)) await who.close()
    } finally {
      await browser.close()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
