// Both languages have the same keys and the same blanks in their texts; every key that a page asks for exists; none is unused.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'

const root = new URL('..', import.meta.url).pathname
const read = (name) => JSON.parse(readFileSync(join(root, 'src/i18n', name), 'utf8'))
const flat = (tree, path = '') => Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[path + key, value]] : flat(value, `${path}${key}.`)))
const zh = new Map(flat(read('zh.json')))
const en = new Map(flat(read('en.json')))
const sources = readdirSync(join(root, 'src'), { recursive: true }).filter((f) => /\.(vue|ts)$/.test(f)).map((f) => ({ file: f, text: readFileSync(join(root, 'src', f), 'utf8') }))
const prefixes = new Set()
const asked = new Map()
for (const { file, text } of sources) {
  for (const [, quote, key] of text.matchAll(/\bt\(\s*(['"`])([^'"`]+)\1/g)) {
    if (quote === '`' && key.includes('${')) prefixes.add(key.slice(0, key.indexOf('${')))
    else asked.set(key, file)
  }
  // Both branches of a choice: t(good ? 'a.b' : 'a.c').
  for (const [, inner] of text.matchAll(/\bt\(([^()]*\?[^()]*)\)/g)) for (const [, key] of inner.matchAll(/'([\w.]+)'/g)) asked.set(key, file)
  for (const [, prefix] of text.matchAll(/\b(?:word|said)\('(\w+)'/g)) prefixes.add(`${prefix}.`)
}

test('zh and en have the same keys', () => assert.deepEqual([...zh.keys()].sort(), [...en.keys()].sort()))
test('no text is empty', () => {
  for (const [key, text] of [...zh, ...en]) assert.notEqual(text.trim(), '', key)
})
test('the blanks in a text are the same in both languages', () => {
  const blanks = (s) => [...new Set(s.match(/\{\w+\}/g) ?? [])].sort()
  for (const [key, text] of zh) assert.deepEqual(blanks(en.get(key) ?? ''), blanks(text), key)
})
test('every key that is asked for exists', () => {
  assert.ok(asked.size > 200, `only ${asked.size} keys found in the sources`)
  for (const [key, file] of asked) assert.ok(zh.has(key), `${key} (${file})`)
})
test('every prefix completed from data has texts', () => {
  for (const prefix of prefixes) assert.ok([...zh.keys()].some((k) => k.startsWith(prefix)), prefix)
})
test('no text is left that nothing asks for', () => {
  for (const key of zh.keys()) assert.ok(asked.has(key) || [...prefixes].some((p) => key.startsWith(p)), key)
})
test('English texts hold no Chinese and Chinese ones are Chinese', () => {
  for (const [key, text] of en) assert.ok(!/\p{Script=Han}/u.test(text), `${key}: ${text}`)
  const same = [...zh].filter(([key, text]) => text === en.get(key)).map(([key]) => key)
  for (const key of same) assert.match(key, /^(indicator|class|nav|product)\./, `${key} is not translated`)
})
