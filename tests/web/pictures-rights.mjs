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
      await liu.close()
    } finally {
      await browser.close()
      await server.stop()
    }
  })
