// Markets with those who have a part in them, each in a browser of his own: who lists, who approves, two plants, who halts, who
// decides on deals, who audits, and the public. One connection is cut on the way.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { launch, line, person, serve, sound, top, turns } from './lib.mjs'

const staff = {
  chen: ['陈静', 'office', 'office_drafter'], wang: ['王敏', 'office', 'office_approver'], li: ['李强', 'office', 'office_approver'],
  shen: ['沈正', 'drc', 'auditor'], liu: ['刘酿', 'demo-liquor', 'enterprise'], fang: ['方食', 'demo-food', 'enterprise'],
}
const secret = (name) => `涡水浩浩汤汤-${name}-2026`
const day = (ahead = 0) => new Date(Date.now() + 8 * 3_600_000 + ahead * 86_400_000).toISOString().slice(0, 10)

/** The packs, with a venue that gathers orders all day: the hour at which the test runs is nobody's choice. */
function packs() {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-packs-'))
  cpSync(join(top, 'policies'), folder, { recursive: true })
  const call = readFileSync(join(folder, 'demo/venues/cod-guo-call.yaml'), 'utf8')
  const all_day = call.replace('venue: cod-guo-call', 'venue: all-day-call').replace(/sessions:[\s\S]*?approval/, 'days: every\nsessions:\n  - {at: "00:01", do: call}\n  - {at: "23:58", do: uncross}\n  - {at: "23:59", do: end}\napproval')
  assert.notEqual(all_day, call)
  writeFileSync(join(folder, 'demo/venues/all-day-call.yaml'), all_day)
  return folder
}

// With TRIBUTARY_PICTURES the guide's pictures are taken on the way, in both languages at the wide size.
const pictures = !!process.env.TRIBUTARY_PICTURES
for (const [locale, width] of turns(import.meta.url, [['zh', 1280], ['en', pictures ? 1280 : 390]]))
  test(`a market from its listing to the title in ${locale} at ${width} px`, async () => {
    const once = {}
    const folder = packs()
    const server = await serve(async ({ cli }) => {
      await cli('init', '--jurisdiction', '341602', '--pack', 'demo')
      await cli('right', 'cap', 'COD-GUO', '--start', '2026-01', '--end', '2031-01', '--quantity', '120000', '--by', 'a', '--approver', 'b', '--reason', '示例')
      const done = async (key, ...what) => {
        await cli('right', 'propose', key, ...what, '--reason', '示例', '--by', 'a')
        await cli('right', 'approve', key, '--reason', '示例', '--by', 'b')
      }
      const years = ['--instrument', 'COD-GUO', '--start', '2026-01', '--end', '2029-01']
      await done('I', '--kind', 'issue', ...years, '--from', 'ISSUE', '--to', 'RESERVE', '--quantity', '90000')
      for (const account of ['H-LIQUOR', 'H-FOOD']) {
        await done(`A-${account}`, '--kind', 'allocate', ...years, '--from', 'RESERVE', '--to', account, '--quantity', '25000')
        await done(`D-${account}`, '--kind', 'deposit', '--instrument', 'CNY', '--from', 'DEMO-BANK', '--to', account, '--quantity', '20000000')
      }
      // A board and a gathering market beside the one that the pages list.
      for (const venue of ['cod-guo-board', 'all-day-call']) {
        await cli('market', 'open', venue, '--key', venue, '--from', '2027-01', '--to', '2028-01', '--reference', '6000', '--first-day', day(), '--last-day', day(30), '--by', 'a', '--reason', '示例')
      }
      await cli('user', 'setup')
      for (const [name, [display, organisation, roles]] of Object.entries(staff)) once[name] = (await cli('user', 'add', name, '--display', display, '--organisation', organisation, '--roles', roles)).one_time_password
    }, folder)
    const cable = await line(server)
    const browser = await launch()
    mkdirSync(join(top, 'build/screens'), { recursive: true })
    const people = {}
    const shot = (name, what) => people[name].page.screenshot({ path: join(top, 'build/screens', `market-${what}-${locale}-${width}.png`), fullPage: true })
    const picture = (name, part, what) => pictures && people[name].page.locator(part).screenshot({ path: join(top, 'docs/guide/images', locale, `${what}.png`) })
    try {
      for (const name of Object.keys(staff)) {
        people[name] = await person(browser, name === 'fang' ? cable.server : server, { locale, width })
        await people[name].begin(name, once[name], secret(name))
      }
      const { chen, wang, li, shen, liu, fang } = people
      const { t } = chen
      const act = async (who, label, fill = async () => {}) => {
        await who.page.getByRole('button', { name: label, exact: true }).first().click()
        const dialog = who.page.getByRole('dialog', { name: label })
        await fill(dialog)
        await dialog.getByLabel(t('auction.reason')).fill('核对无误')
        await dialog.getByRole('button', { name: label, exact: true }).click()
        await dialog.waitFor({ state: 'hidden' })
      }
      const phase = (who, name) => who.page.locator('.page-head .tag', { hasText: t(`market.phase.${name}`) }).first().waitFor()
      const ticket = async (who, side, price, quantity) => {
        const form = who.page.locator('.ticket')
        await form.getByText(t(`market.side.${side}`), { exact: true }).first().click()
        await form.getByLabel(new RegExp(`^${t('market.price')}`)).fill(price)
        await form.getByLabel(new RegExp(`^${t('market.quantity')}`)).fill(quantity)
        return form
      }
      const send = (form, side) => form.getByRole('button', { name: t(`market.send.${side}`), exact: true }).click()

      // Drafted by one, approved by another.
      await chen.go('/console/markets')
      await chen.page.getByRole('link', { name: locale === 'zh' ? /挂牌/ : /listed/ }).first().waitFor()
      await sound(chen.page, `list ${locale} ${width}`)
      await chen.button('market.list').click()
      const draft = chen.page.getByRole('dialog', { name: t('market.list') })
      await draft.getByLabel(t('market.rules_of')).selectOption('cod-guo-market')
      await draft.getByLabel(t('auction.from')).fill('2027-01')
      await draft.getByLabel(t('auction.to')).fill('2028-01')
      await draft.getByLabel(new RegExp(`^${t('market.reference')}(?!.*${t('market.reference_source')})`)).first().fill('6000')
      await draft.getByLabel(t('market.last_day')).fill(day(30))
      await draft.getByLabel(t('auction.reason')).fill('开设二级市场')
      await sound(chen.page, `draft ${locale} ${width}`)
      await shot('chen', 'draft')
      await draft.getByRole('button', { name: t('auction.send_draft'), exact: true }).click()
      await chen.page.waitForURL('**/console/markets/3')
      await phase(chen, 'draft')
      assert.equal(await chen.button('market.act.approve').count(), 0)
      await wang.go('/console/markets/3')
      await act(wang, t('market.act.approve'))
      await phase(chen, 'continuous') // told by the server, nobody loaded anew

      // Two plants come in; the operator sees them come.
      for (const [who, name] of [[liu, 'liu'], [fang, 'fang']]) {
        await who.go('/console/markets/3')
        await who.page.getByLabel(t('auction.zone')).fill('涡河')
        await who.button('market.apply').click()
        await who.page.getByText(t('market.admission.applied'), { exact: true }).first().waitFor()
        if (name === 'liu') await sound(who.page, `applied ${locale} ${width}`)
        await chen.page.getByText(t('auction.applied_by', { who: name })).waitFor()
        await act(chen, t('auction.act.admit'))
        await who.page.locator('.ticket').waitFor() // heard, not asked for
      }

      // An order, checked as it is typed; the other one sees that it stands, not whose it is.
      let form = await ticket(liu, 'sell', '6005', '3000')
      await form.locator('.field-wrong').first().waitFor()
      form = await ticket(liu, 'sell', '6000', '3000')
      await form.getByText(t('auction.nothing_against')).waitFor()
      await form.getByText('18,000.00').first().waitFor() // 3 t × 6,000 yuan
      await sound(liu.page, `ticket ${locale} ${width}`)
      await shot('liu', 'ticket')
      await send(form, 'sell')
      await liu.page.locator('.my-orders [data-order]').waitFor()
      const level = fang.page.locator('.levels .asks', { hasText: '3,000' })
      await level.waitFor()
      assert.doesNotMatch(await fang.page.locator('.book').innerText(), /酿酒|Liquor|LIQUOR/)

      // One outside the band: said beside the field, and when sent all the same refused with its reason, and kept.
      form = await ticket(fang, 'buy', '9000', '100')
      await form.locator('.field-wrong').first().waitFor()
      await send(form, 'buy')
      const refusal = form.getByRole('alert')
      await refusal.waitFor()
      await sound(fang.page, `refusal ${locale} ${width}`)
      await shot('fang', 'refusal')
      assert.match(fang.faults.splice(0).join(), /409/)
      await fang.page.getByText(t('market.all_orders')).click()
      await fang.page.locator('.my-orders', { hasText: t('market.order_state.refused') }).waitFor()

      // While his line is cut another order comes; he has it when the line carries again. Then he meets it.
      cable.cut()
      await fang.page.getByText(t('auction.lost')).waitFor()
      form = await ticket(liu, 'sell', '6050', '1000')
      await send(form, 'sell')
      await liu.page.locator('.levels .asks', { hasText: '6,050' }).waitFor()
      assert.equal(await fang.page.locator('.levels .asks', { hasText: '6,050' }).count(), 0)
      cable.mend()
      await fang.page.locator('.levels .asks', { hasText: '6,050' }).waitFor()
      fang.faults.length = 0 // the browser's words about the line that was cut
      await fang.page.locator('.levels .asks').getByRole('button', { name: '6,000', exact: true }).click()
      form = fang.page.locator('.ticket')
      assert.equal(await form.getByLabel(new RegExp(`^${t('market.price')}`)).inputValue(), '6000')
      await form.getByLabel(new RegExp(`^${t('market.quantity')}`)).fill('2000')
      await form.locator('.quote', { hasText: t('market.at_once') }).waitFor()
      await sound(fang.page, `meeting ${locale} ${width}`)
      await shot('fang', 'meeting')
      await picture('fang', '.market', 'market')
      await send(form, 'buy')
      const deal = liu.page.locator('[data-deal="1"]')
      await deal.waitFor() // live
      assert.match(await deal.innerText(), /2,000/)
      await liu.page.locator('.deals', { hasText: t('market.mine.sell') }).waitFor()

      // Less of what is left, then none.
      const mine = liu.page.locator('.my-orders [data-order="1"]')
      await mine.getByRole('button', { name: t('market.lower'), exact: true }).click()
      await mine.getByLabel(t('market.lower_to')).fill('2500')
      await mine.getByRole('button', { name: t('market.lower'), exact: true }).last().click()
      await fang.page.locator('.levels .asks', { hasText: '500' }).waitFor()
      await mine.getByRole('button', { name: t('market.cancel'), exact: true }).click()
      await mine.waitFor({ state: 'detached' })

      // A halt says why to everybody; no order is taken, and it goes on afterwards.
      await act(chen, t('market.act.halt'))
      await liu.page.locator('.halt', { hasText: '核对无误' }).waitFor()
      form = await ticket(liu, 'sell', '6000', '100')
      await form.locator('.field-wrong').first().waitFor()
      await sound(liu.page, `halt ${locale} ${width}`)
      await shot('liu', 'halt')
      await act(chen, t('market.act.resume'))
      await liu.page.locator('.halt').waitFor({ state: 'detached' })
      await form.getByText(t('auction.nothing_against')).waitFor()

      // A bulk agreement: its terms are read and confirmed.
      await form.getByText(t('market.bulk_from', { n: /./ }).split('/./')[0], { exact: false }).click()
      form = await ticket(liu, 'sell', '7500', '10000')
      await form.getByLabel(t('market.counterparty')).fill('H-FOOD')
      await form.getByLabel(t('market.confirm_until')).fill(`${day(1)}T12:00`)
      await form.getByText(t('auction.nothing_against')).waitFor()
      await form.getByRole('button', { name: t('market.propose'), exact: true }).click()
      await fang.page.locator('.proposals', { hasText: '7,500' }).waitFor()
      await sound(fang.page, `proposal ${locale} ${width}`)
      await shot('fang', 'proposal')
      await fang.button('market.confirm').click()
      await liu.page.locator('[data-deal="2"]').waitFor()

      // The authority decides on each deal.
      await li.go('/console/markets/3')
      await li.page.locator('[data-undecided="2"]').waitFor()
      await sound(li.page, `decision ${locale} ${width}`)
      await shot('li', 'decision')
      for (const [n, label] of [[1, 'auction.act.grant'], [2, 'auction.act.refuse_trades']]) {
        await li.page.locator(`[data-undecided="${n}"]`).getByRole('button', { name: t(label), exact: true }).click()
        const dialog = li.page.getByRole('dialog', { name: t(label) })
        await dialog.getByLabel(t('auction.reason')).fill('核对无误')
        await dialog.getByRole('button', { name: t(label), exact: true }).click()
        await li.page.locator(`[data-undecided="${n}"]`).waitFor({ state: 'detached' })
      }
      await fang.page.reload()
      await fang.page.locator('[data-deal="1"]', { hasText: t('auction_trade.completed') }).waitFor()
      await fang.page.locator('[data-deal="2"]', { hasText: t('auction_trade.rejected') }).waitFor()
      await fang.page.locator('.figure', { hasText: '27,000' }).waitFor()
      await sound(fang.page, `after ${locale} ${width}`)
      await shot('fang', 'after')
      await fang.page.locator('[data-deal="1"] + tr').getByRole('link').click()
      await fang.page.getByText('market-3-deal-1').first().waitFor()

      // The board: only the best may be picked.
      for (const n of [1, 2]) await server.cli('market', 'approve', String(n), '--by', 'b', '--reason', '示例')
      for (const [who, account] of [['liu', 'H-LIQUOR'], ['fang', 'H-FOOD']]) for (const n of [1, 2]) {
        await server.cli('market', 'apply', String(n), '--account', account, '--zone', '涡河', '--by', who, '--reason', '示例')
        await server.cli('market', 'admit', String(n), '--account', account, '--by', 'b', '--reason', '示例')
      }
      await fang.go('/console/markets/1')
      for (const [n, price] of [[1, '6100'], [2, '6200']]) await server.cli('market', 'order', '1', '--key', `b${n}`, '--account', 'H-LIQUOR', '--side', 'sell', '--price', price, '--quantity', '1000', '--by', 'liu', '--reason', '示例')
      await fang.page.locator('[data-offer="2"]').waitFor() // what another process did is told too
      assert.equal(await fang.page.locator('[data-offer="2"]').getByRole('button').count(), 0)
      await fang.page.locator('[data-offer="1"]').getByRole('button', { name: t('market.pick'), exact: true }).click()
      form = fang.page.locator('.ticket')
      await form.getByLabel(new RegExp(`^${t('market.quantity')}`)).fill('400')
      await form.getByText(t('auction.nothing_against')).waitFor()
      await sound(fang.page, `board ${locale} ${width}`)
      await shot('fang', 'board')
      await form.getByRole('button', { name: t('market.pick'), exact: true }).click()
      await fang.page.locator('[data-deal="1"]').waitFor()

      // A call auction while it gathers: the price it would give now.
      for (const [who, account, side, price] of [['liu', 'H-LIQUOR', 'sell', '5950'], ['fang', 'H-FOOD', 'buy', '6050']])
        await server.cli('market', 'order', '2', '--key', side, '--account', account, '--side', side, '--price', price, '--quantity', side === 'buy' ? '700' : '500', '--by', who, '--reason', '示例')
      await liu.go('/console/markets/2')
      await liu.page.locator('.indicative', { hasText: '500' }).waitFor()
      await sound(liu.page, `call ${locale} ${width}`)
      await shot('liu', 'call')

      // Who audits replays it all.
      await shen.go('/console/markets/3')
      await shen.button('auction.verify').click()
      await shen.page.locator('.note.good').waitFor()
      await sound(shen.page, `proof ${locale} ${width}`)
      await shot('shen', 'proof')

      // And looks at what should be looked at: the bulk deal was far from the prices of the book. Who looked is noted; who decides
      // may look too, a plant may not.
      for (const who of [shen, wang]) {
        await who.go('/console/surveillance')
        const alert = who.page.locator('.watch-alert', { hasText: '7,500' })
        await alert.waitFor()
        assert.match(await alert.innerText(), locale === 'zh' ? /2027年1月/ : /Jan/)
        await alert.getByRole('link', { name: t('surveillance.open') }).waitFor()
      }
      await sound(shen.page, `surveillance ${locale} ${width}`)
      await shot('shen', 'surveillance')
      await shen.go('/console/admin/audit')
      await shen.page.getByText('surveillance.look').first().waitFor()
      await liu.go('/console/surveillance')
      assert.equal(await liu.page.locator('.watch-days').count(), 0)

      // And the public: prices and the book, nobody's name.
      people.anybody = await person(browser, server, { locale, width })
      await people.anybody.go('/markets')
      await people.anybody.page.locator('.plain-list a').first().waitFor()
      await sound(people.anybody.page, `prices ${locale} ${width}`)
      await people.anybody.page.locator('.plain-list a').first().click()
      await people.anybody.page.locator('.deals [data-deal="1"]').waitFor()
      await sound(people.anybody.page, `public ${locale} ${width}`)
      await shot('anybody', 'public')
      await picture('anybody', 'main', 'market-public')
      assert.doesNotMatch(await people.anybody.page.locator('body').innerText(), /酿酒|Liquor|H-FOOD|H-LIQUOR/)
      for (const who of Object.values(people)) await who.close()
    } catch (error) {
      mkdirSync(join(top, 'build/web-faults'), { recursive: true })
      for (const [name, who] of Object.entries(people)) if (!who.page.isClosed()) await who.page.screenshot({ path: join(top, 'build/web-faults', `market-${locale}-${name}.png`), fullPage: true }).catch(() => {})
      throw error
    } finally {
      await browser.close()
      await cable.end()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  })
