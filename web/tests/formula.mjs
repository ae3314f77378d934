// The formula as the pages read it: every formula of the packs is of the language; cases are followed by their numbers.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { buildSync } from 'esbuild'

const root = new URL('..', import.meta.url).pathname
const bundle = buildSync({ stdin: { contents: "export * from './parse'; export * from './applied'", resolveDir: join(root, 'src/formula'), loader: 'ts' }, bundle: true, format: 'esm', write: false })
const { parse, applied, spread } = await import(`data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].contents).toString('base64')}`)
const wrote = (e) => {
  switch (e.is) {
    case 'number': return e.text
    case 'text': return `'${e.text}'`
    case 'name': return e.index ? `${e.name}[${e.index}]` : e.name
    case 'negative': return `(-${wrote(e.of)})`
    case 'not': return `(not ${wrote(e.of)})`
    case 'binary': return `(${wrote(e.left)} ${e.op} ${wrote(e.right)})`
    case 'if': return `(if ${wrote(e.when)} then ${wrote(e.then)} else ${wrote(e.otherwise)})`
    case 'call': return `${e.name}(${e.over ? `${e.over}: ` : ''}${e.parts.map(wrote).join(', ')})`
  }
}

for (const [source, tree] of [
  ['a + b * c - d', '((a + (b * c)) - d)'],
  ['(C - S) / S', '((C - S) / S)'],
  ['-a * b', '((-a) * b)'],
  ['max(0, --95.7)', 'max(0, (-(-95.7)))'],
  ['a >= 0 and not b or c = \'x\'', "(((a >= 0) and (not b)) or (c = 'x'))"],
  ['if a < 0 then 1 else if b then 2 else 3', '(if (a < 0) then 1 else (if b then 2 else 3))'],
  ['sum(factor: w * C / C0)', 'sum(factor: ((w * C) / C0))'],
  ['C[tp] * 20%', '(C[tp] * 20%)'],
  ['steps(≈-0.28, 0.5, upper)', 'steps((-≈0.28), 0.5, upper)'],
])
  test(`reads ${source}`, () => assert.equal(wrote(parse(source)), tree))
for (const source of ['', 'a +', '(a', 'a b', 'max(,)', '#']) test(`does not read «${source}»`, () => assert.equal(parse(source), null))

const judge = (formula, numbers) => {
  const found = applied(parse(formula), parse(numbers))
  return [wrote(found.formula), wrote(found.numbers), found.because.map((b) => b.holds)]
}
test('follows the case that applied', () => {
  assert.deepEqual(judge('if exceeded then 0 else u * max(0, t - a)', 'if false then 0 else 500000 * max(0, IV - III)'), ['(u * max(0, (t - a)))', '(500000 * max(0, (IV - III)))', [false]])
  assert.deepEqual(judge('if a < b then x else y', 'if II < worse_V then 1 else 2'), ['x', '1', [true]])
  assert.deepEqual(judge("if s = 'zero' then x else y", "if zero = 'zero' then 1 else 2"), ['x', '1', [true]])
  assert.deepEqual(judge('if a then x else y', 'if missing then 1 else 2')[2], [], 'what cannot be judged stays')
})
test('a sum is written out with the values of its elements', () => {
  assert.equal(wrote(spread(parse('500000 * sum(factor: steps_of)'), (n) => (n === 'steps_of' ? ['0', '-1', '2'] : []))), '(500000 * ((0 + (-1)) + 2))')
})
test('every formula of the packs is read', () => {
  let read = 0
  const policies = join(root, '../policies')
  for (const file of readdirSync(policies, { recursive: true }).filter((f) => /rules\/.*\.yaml$/.test(f))) {
    for (const [, quoted, plain] of readFileSync(join(policies, file), 'utf8').matchAll(/^\s+is: +(?:"([^"]*)"|([^\s"{|>][^\n]*))$/gm)) {
      const source = quoted ?? plain.replace(/\s+#.*$/, '').trim()
      assert.notEqual(parse(source), null, `${file}: ${source}`)
      read++
    }
  }
  assert.ok(read > 30, `only ${read} formulas found`)
})
