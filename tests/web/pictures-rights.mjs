// The guide's pictures of the registry of rights, in both languages: docs/guide/images/{zh,en}.
import { join } from 'node:path'
import test from 'node:test'
import { launch, top } from './lib.mjs'
import { registry } from './rights-office.mjs'

for (const locale of ['zh', 'en'])
  test(`pictures of rights in ${locale}`, async () => {
    const browser = await launch()
    const { server, come } = await registry(browser, { locale, width: 1280 })
    const take = async (who, picture, height) => {
      await who.page.waitForFunction(() => !document.querySelector('.skeleton') && !document.querySelector('[aria-busy=true]'))
      await who.page.evaluate(() => document.fonts.ready)
      await who.page.setViewportSize({ width: 1280, height })
      await who.page.mouse.move(0, 0)
      await who.page.waitForTimeout(300)
      await who.page.screenshot({ path: join(top, 'docs/guide/images', locale, `${picture}.png`) })
    }
    try {
      const liu = await come('liu')
      await liu.go('/console/rights')
      await liu.page.locator('.held .chart canvas').waitFor()
      await take(liu, 'rights', 800)
      await liu.button('right.ask').click()
      await liu.page.fill('#right-to', 'H-FOOD')
      await liu.page.fill('#right-quantity', '50000')
      await liu.page.fill('#right-start', '2027-01')
      await liu.page.fill('#right-last', '2029-12')
      await liu.page.locator('.refusals').getByText('rights.beyond_permit').waitFor()
      await liu.page.locator('.refusals').scrollIntoViewIfNeeded()
      await take(liu, 'rights-refused', 860)
      await liu.close()
    } finally {
      await browser.close()
      await server.stop()
    }
  })
