// The user guide: both languages have the same pages in the same order of headings, every picture and page it links to
// exists, every picture there is used, and what it calls a button stands on a button. (Pictures: pictures.mjs.)
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import test from 'node:test'

const guide = new URL('../../docs/guide/', import.meta.url).pathname
// Written by and for whoever runs the server, with its own links.
const pages = (locale) => readdirSync(join(guide, locale)).filter((f) => f.endsWith('.md') && f !== 'operator.md').sort()
const read = (locale, page) => readFileSync(join(guide, locale, page), 'utf8')
const links = (text) => [...text.matchAll(/\]\(([^)\s]+)\)/g), ...text.matchAll(/src="([^"]+)"/g)].map((m) => m[1])

test('zh and en have the same pages', () => {
  assert.ok(pages('zh').length >= 8)
  assert.deepEqual(pages('zh'), pages('en'))
})
test('a page has as many headings and the same pictures in both languages', () => {
  for (const page of pages('zh')) {
    const shape = (locale) => [...read(locale, page).matchAll(/^(#+) |images\/(?:zh|en)\/([\w-]+\.png)/gm)].map((m) => m[1] ?? m[2])
    assert.deepEqual(shape('zh'), shape('en'), page)
  }
})
test('what is linked to is there', () => {
  let seen = 0
  for (const locale of ['zh', 'en'])
    for (const page of pages(locale))
      for (const link of links(read(locale, page)).filter((l) => !/^https?:/.test(l))) {
        const [path, anchor] = link.split('#')
        const file = resolve(dirname(join(guide, locale, page)), path)
        if (file.endsWith('operator.md')) continue
        assert.ok(existsSync(file), `${locale}/${page}: ${link}`)
        if (anchor) assert.match(readFileSync(file, 'utf8').toLowerCase(), new RegExp(`^#+ ${anchor.toLowerCase()}$`, 'm'), link)
        ++seen
      }
  assert.ok(seen > 60, `${seen} links`)
})
test('every picture is used, none is heavy', () => {
  let bytes = 0
  for (const locale of ['zh', 'en']) {
    const used = new Set(pages(locale).flatMap((p) => links(read(locale, p))).filter((l) => l.endsWith('.png')).map((l) => l.split('/').pop()))
    for (const picture of readdirSync(join(guide, 'images', locale))) {
      assert.ok(used.has(picture), `${locale}/${picture} is in no page`)
      bytes += statSync(join(guide, 'images', locale, picture)).size
    }
  }
  assert.ok(bytes < 10_000_000, `${bytes} bytes of pictures`)
})
test('what the guide calls by name is what the pages show', () => {
  const values = (tree) => Object.values(tree).flatMap((v) => (typeof v === 'string' ? [v] : values(v)))
  const unknown = []
  // What packs call things stands on the pages too.
  const cases = new URL('../../policies/cn-341602/cases/', import.meta.url)
  const labels = readdirSync(cases).map((f) => readFileSync(new URL(f, cases), 'utf8')).join('\n').toLowerCase()
  for (const [locale, quoted, own] of [['zh', /「([^」…]+)」/g, ['后退']], ['en', /(?<!\*)\*([^*\n]+)\*(?!\*)/g, []]]) {
    const said = values(JSON.parse(readFileSync(new URL(`../../web/src/i18n/${locale}.json`, import.meta.url), 'utf8'))).join('\n').toLowerCase()
    for (const page of pages(locale))
      for (const [, name] of read(locale, page).matchAll(quoted))
        if (!own.includes(name) && ![said, labels].some((texts) => texts.includes(name.toLowerCase().replace(/ \d+$/, '')))) unknown.push(`${locale}/${page}: ${name}`)
  }
  assert.deepEqual(unknown, [])
})
