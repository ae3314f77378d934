// Conditions of rows in the browser judge as the server does: rows.json is what the server's test wrote and holds to.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { buildSync } from 'esbuild'

const root = new URL('..', import.meta.url).pathname
const bundle = buildSync({ entryPoints: [join(root, 'src/casework/rows.ts')], bundle: true, format: 'esm', write: false })
const { judged, rowErrors, fraction } = await import(`data:text/javascript;base64,${Buffer.from(bundle.outputFiles[0].contents).toString('base64')}`)
const { table, rows } = JSON.parse(readFileSync(join(root, 'tests/rows.json'), 'utf8'))

test('rows are judged as the server judges them', () => {
  assert.ok(rows.length >= 200)
  for (const { row, judged: wanted } of rows) assert.deepEqual(judged(table['x-rows'], table.items.properties, row), wanted, JSON.stringify(row))
})

test('what is broken is said beside its cell, what is missing and what is empty is not', () => {
  const broken = { mode: 'help', cash: '5' }
  assert.deepEqual(rowErrors({ t: table }, { t: [{}, { mode: 'help' }, broken] }, (what) => what.en), { 't[3].cash': 'apart' })
})

test('fractions are exact', () => {
  const one = (node, row) => judged({ nodes: [{ op: 'input', column: 'a' }, { op: 'input', column: 'b' }, ...node], conditions: [{ node: node.length + 1 }] }, { a: { 'x-kind': 'number' }, b: { 'x-kind': 'number' } }, row)[0]
  const thirds = [{ op: 'constant', value: '1/3' }, { op: 'multiply', args: [0, 2] }, { op: 'equal', args: [1, 3] }]
  assert.equal(one(thirds, { a: '0.3', b: '0.1' }), true)
  assert.equal(one(thirds, { a: '9007199254740993', b: '3002399751580331' }), true)
  assert.equal(one(thirds, { a: '9007199254740994', b: '3002399751580331' }), false)
  assert.equal(one([{ op: 'divide', args: [0, 1] }, { op: 'less', args: [2, 0] }], { a: '1', b: '0' }), null)
  assert.equal(one([{ op: 'divide', args: [0, 1] }, { op: 'less', args: [2, 0] }], { a: '1', b: '-2' }), true)
  assert.equal(fraction('1e5'), null)
})
