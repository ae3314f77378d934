// The conditions of a table's rows, as the server checks them (src/casework/conditions.cpp): a program over the columns,
// in exact fractions; what is missing makes what needs it missing.
import type { Text } from '@/i18n'
import type { Errors } from './faults'
import type { Field, Fields, Row, Values } from './types'

export interface RowNode { op: string; args?: number[]; value?: string; column?: string }
export interface RowRules { nodes: RowNode[]; conditions: { node: number; at: string; otherwise: Text }[] }

interface Fraction { n: bigint; d: bigint }
type Cell = Fraction | null
const blank = (v: unknown) => v === null || v === undefined || v === ''
const whole = (n: number | bigint): Fraction => ({ n: BigInt(n), d: 1n })
const truth = (yes: boolean): Fraction => whole(yes ? 1 : 0)
const holds = (a: Fraction) => a.n !== 0n

/** "12.50", "-3/4"; null for what is no number. */
export function fraction(said: string): Cell {
  const found = /^(-?)(\d+)(?:\.(\d+))?(?:\/(\d+))?$/.exec(said.trim())
  if (!found) return null
  const decimals = found[3] ?? ''
  const n = BigInt(found[2]! + decimals)
  return { n: found[1] ? -n : n, d: 10n ** BigInt(decimals.length) * BigInt(found[4] ?? '1') }
}
const less = (a: Fraction, b: Fraction) => a.n * b.d < b.n * a.d
const same = (a: Fraction, b: Fraction) => a.n * b.d === b.n * a.d

function valueOf(field: Field | undefined, value: unknown): Cell {
  if (!field || blank(value)) return null
  switch (field['x-kind']) {
    case 'number':
    case 'money':
      return fraction(String(value).replaceAll(',', ''))
    case 'boolean':
      return truth(!!value)
    case 'date': {
      const at = Date.parse(`${String(value)}T00:00:00Z`)
      return Number.isNaN(at) ? null : whole(Math.round(at / 86_400_000))
    }
    case 'choice': {
      const at = (field.enum ?? []).indexOf(String(value))
      return at < 0 ? null : whole(at)
    }
    default:
      return whole(1)
  }
}

/** Whether each condition holds; null where something is missing. */
export function judged(rules: RowRules, columns: Fields, row: Row): (boolean | null)[] {
  const cells: Cell[] = []
  for (const node of rules.nodes) {
    const [a, b, c] = (node.args ?? []).map((n) => cells[n] ?? null)
    cells.push(one(node, columns, row, a ?? null, b ?? null, c ?? null))
  }
  return rules.conditions.map((c) => (cells[c.node] ? holds(cells[c.node]!) : null))
}

function one(node: RowNode, columns: Fields, row: Row, a: Cell, b: Cell, c: Cell): Cell {
  if (node.op === 'constant') return fraction(node.value!)
  if (node.op === 'input') return valueOf(columns[node.column!], row[node.column!])
  if (node.op === 'present') return truth(a !== null)
  if (node.op === 'select') return a && (holds(a) ? b : c)
  if (node.op === 'and' || node.op === 'or') {
    const decides = node.op === 'or'
    if ((a && holds(a) === decides) || (b && holds(b) === decides)) return truth(decides)
    return a && b && truth(!decides)
  }
  if (!a) return null
  if (node.op === 'not') return truth(!holds(a))
  if (node.op === 'negate') return { n: -a.n, d: a.d }
  const other = node.op === 'scale' ? fraction(node.value!) : b
  if (!other) return null
  switch (node.op) {
    case 'add':
      return { n: a.n * other.d + other.n * a.d, d: a.d * other.d }
    case 'subtract':
      return { n: a.n * other.d - other.n * a.d, d: a.d * other.d }
    case 'scale':
    case 'multiply':
      return { n: a.n * other.n, d: a.d * other.d }
    case 'divide': {
      if (other.n === 0n) return null
      const sign = other.n < 0n ? -1n : 1n
      return { n: a.n * other.d * sign, d: a.d * other.n * sign }
    }
    case 'less':
      return truth(less(a, other))
    case 'less_equal':
      return truth(!less(other, a))
    case 'equal':
      return truth(same(a, other))
    case 'not_equal':
      return truth(!same(a, other))
    default:
      return null
  }
}

/** What does not hold in the rows filled in so far, each beside its cell; what is still missing is not said yet. */
export function rowErrors(fields: Fields, values: Values, said: (what: Text) => string): Errors {
  const out: Errors = {}
  for (const [name, field] of Object.entries(fields)) {
    const rules = field['x-rows']
    if (!rules || !Array.isArray(values[name])) continue
    ;(values[name] as Row[]).forEach((row, n) => {
      if (Object.values(row).every(blank)) return
      judged(rules, field.items?.properties ?? {}, row).forEach((good, i) => {
        const condition = rules.conditions[i]!
        if (good === false) out[`${name}[${n + 1}].${condition.at}`] ??= said(condition.otherwise)
      })
    })
  }
  return out
}
