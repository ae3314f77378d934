// Of a formula with cases, the case that applied: conditions are judged from the same formula with numbers.
import type { Expression } from './parse'

const classes = ['I', 'II', 'III', 'IV', 'V', 'worse_V']
type Value = number | string | boolean

function evaluate(e: Expression): Value | null {
  switch (e.is) {
    case 'number': {
      const n = Number(e.text.replace('≈', '').replace('%', ''))
      return Number.isFinite(n) ? (e.text.endsWith('%') ? n / 100 : n) : null
    }
    case 'text':
      return e.text
    case 'name':
      if (e.name === 'true' || e.name === 'false') return e.name === 'true'
      if (e.name === 'missing') return null
      return e.name
    case 'negative': {
      const v = evaluate(e.of)
      return typeof v === 'number' ? -v : null
    }
    case 'not': {
      const v = evaluate(e.of)
      return typeof v === 'boolean' ? !v : null
    }
    case 'binary':
      return binary(e.op, evaluate(e.left), evaluate(e.right))
    default:
      return null
  }
}

function binary(op: string, a: Value | null, b: Value | null): Value | null {
  if (op === 'and') return a === false || b === false ? false : a === true && b === true ? true : null
  if (op === 'or') return a === true || b === true ? true : a === false && b === false ? false : null
  if (a === null || b === null) return null
  if (op === '=') return a === b
  if (op === '!=') return a !== b
  const rank = (v: Value) => (typeof v === 'number' ? v : typeof v === 'string' ? classes.indexOf(v) : -1)
  const [x, y] = [rank(a), rank(b)]
  if (typeof a !== typeof b || (typeof a === 'string' && (x < 0 || y < 0))) return null
  if (op === '<') return x < y
  if (op === '<=') return x <= y
  if (op === '>') return x > y
  if (op === '>=') return x >= y
  if (typeof a !== 'number') return null
  return op === '+' ? x + y : op === '-' ? x - y : op === '*' ? x * y : y === 0 ? null : x / y
}

export interface Applied {
  formula: Expression
  numbers: Expression
  /** Conditions that decided, and how. */
  because: { condition: Expression; numbers: Expression; holds: boolean }[]
}

/** Follows the cases as far as their conditions can be judged. */
export function applied(formula: Expression, numbers: Expression): Applied {
  const because: Applied['because'] = []
  while (formula.is === 'if' && numbers.is === 'if') {
    const holds = evaluate(numbers.when)
    if (typeof holds !== 'boolean') break
    because.push({ condition: formula.when, numbers: numbers.when, holds })
    const [f, n]: [Expression, Expression] = holds ? [formula.then, numbers.then] : [formula.otherwise, numbers.otherwise]
    formula = f
    numbers = n
  }
  return { formula, numbers, because }
}

/** A sum over an index written out with the values of its elements: `sum(factor: steps)` → `0 + 0 + 1`. */
export function spread(e: Expression, valuesOf: (name: string) => string[]): Expression {
  if (e.is === 'call' && e.name === 'sum' && e.over !== undefined && e.parts[0]?.is === 'name') {
    const values = valuesOf(e.parts[0].name)
    if (values.length === 0) return e
    return values
      .map((v): Expression => (v.startsWith('-') ? { is: 'negative', of: { is: 'number', text: v.slice(1) } } : { is: 'number', text: v }))
      .reduce((left, right) => ({ is: 'binary', op: '+', left, right }))
  }
  switch (e.is) {
    case 'negative':
    case 'not':
      return { ...e, of: spread(e.of, valuesOf) }
    case 'binary':
      return { ...e, left: spread(e.left, valuesOf), right: spread(e.right, valuesOf) }
    case 'if':
      return { ...e, when: spread(e.when, valuesOf), then: spread(e.then, valuesOf), otherwise: spread(e.otherwise, valuesOf) }
    case 'call':
      return { ...e, parts: e.parts.map((p) => spread(p, valuesOf)) }
    default:
      return e
  }
}
