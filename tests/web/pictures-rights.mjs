// The guide's pictures of the registry of rights, in both languages: docs/guide/images/{zh,en}.
import { join } from 'node:path'
import test from 'node:test'
import { launch, top } from './lib.mjs'
import { registry } from './rights-office.mjs'

for (const locale of ['zh', 'en'])
  test(`pictures of rights in ${locale}`, async () => {
    const browser = await launch()
    const { server, come } = await registry(browser, { locale, width: 1000 })
    /** A part of the page, `height` of it from the top of `of` or (below zero) from its end: the pictures are to be light. */
    const take = async (who, picture, of, height) => {
      await who.page.waitForFunction(() => !document.querySelector('.skeleton') && !document.querySelector('[aria-busy=true]'))
      await who.page.evaluate(() => document.fonts.ready)
      await who.page.mouse.move(0, 0)
      await who.page.waitForTimeout(300)
      const box = await who.page.locator(of).boundingBox()
      const clip = { ...box, y: height > 0 ? box.y : box.y + box.height + height, height: Math.abs(height) }
      await who.page.screenshot({ path: join(top, 'docs/guide/images', locale, `${picture}.png`), clip, fullPage: true })
    }
    try {
      const liu = await come('liu')
      await liu.go('/console/rights')
      await liu.page.locator('.held .chart canvas').waitFor()
      await take(liu, 'rights', '.held', 560)
      await liu.page.setViewportSize({ width: 1000, height: 1300 })
      await liu.button('right.ask').click()
      await liu.page.fill('#right-to', 'H-FOOD')
      await liu.page.fill('#right-quantity', '50000')
      await liu.page.fill('#right-start', '2027-01')
      await liu.page.fill('#right-last', '2029-12')
      await liu.page.locator('.refusals').getByText('rights.beyond_permit').waitFor()
      await take(liu, 'rights-refused', '.right-form', -530)
      // A year of use that was leased, as the lessee sees it.
      for (const [key, step] of [['LEASE-2027', ['propose', '--kind', 'lease', '--instrument', 'COD-GUO', '--start', '2027-01', '--end', '2027-07', '--quantity', '500', '--from', 'H-LIQUOR', '--to', 'H-FOOD', '--by', 'seed', '--reason', '租赁合同〔2026〕7号']], ['LEASE-2027', ['approve', '--by', 'seed2', '--reason', '示例']]])
        await server.cli('right', step[0], key, ...step.slice(1))
      const fang = await come('fang')
      await fang.page.setViewportSize({ width: 1180, height: 900 })
      await fang.go('/console/rights/transactions/LEASE-2027')
      await fang.page.locator('[aria-labelledby=give-back]').waitFor()
      await take(fang, 'lease', '.statement-columns', 420)
      await fang.close()
      await liu.close()
    } finally {
      await browser.close()
      await server.stop()
    }
  })
