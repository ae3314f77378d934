// Reads the formula language of the packs (docs/rules.md) for display. What it cannot read is shown as it is written.

export type Expression =
  | { is: 'number'; text: string; unit?: string }
  | { is: 'text'; text: string }
  | { is: 'name'; name: string; index?: string }
  | { is: 'negative'; of: Expression }
  | { is: 'not'; of: Expression }
  | { is: 'binary'; op: string; left: Expression; right: Expression }
  | { is: 'if'; when: Expression; then: Expression; otherwise: Expression }
  | { is: 'call'; name: string; over?: string; parts: Expression[] }

type Token = { kind: 'number' | 'name' | 'text' | 'unit' | 'sign' | 'end'; text: string }

const pattern =
  /\s*(?:(≈?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?%?|≈)|([\p{L}_][\p{L}\p{N}_]*)|'([^']*)'|\{([^}]*)\}|(<=|>=|!=|[-+*/<>=(),:[\]]))/uy

function tokens(source: string): Token[] {
  const out: Token[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex
    const m = pattern.exec(source)
    if (!m) {
      if (source.slice(at).trim() === '') break
      throw new SyntaxError(source.slice(at))
    }
    if (m[1] !== undefined) out.push({ kind: 'number', text: m[1] })
    else if (m[2] !== undefined) out.push({ kind: 'name', text: m[2] })
    else if (m[3] !== undefined) out.push({ kind: 'text', text: m[3] })
    else if (m[4] !== undefined) out.push({ kind: 'unit', text: m[4] })
    else out.push({ kind: 'sign', text: m[5]! })
  }
  out.push({ kind: 'end', text: '' })
  return out
}

const levels: Record<string, number> = { or: 1, and: 2, '<': 4, '<=': 4, '=': 4, '!=': 4, '>=': 4, '>': 4, '+': 5, '-': 5, '*': 6, '/': 6 }

class Reader {
  private at = 0
  constructor(private readonly list: Token[]) {}

  whole(): Expression {
    const out = this.expression(0)
    if (this.next.kind !== 'end') throw new SyntaxError(this.next.text)
    return out
  }

  private get next(): Token {
    return this.list[this.at]!
  }

  private take(text?: string): Token {
    const token = this.next
    if (text !== undefined && token.text !== text) throw new SyntaxError(token.text)
    this.at++
    return token
  }

  private is(text: string): boolean {
    return this.next.text === text && (this.next.kind === 'sign' || this.next.kind === 'name')
  }

  private expression(level: number): Expression {
    let left = this.prefix()
    for (;;) {
      const op = this.next.kind === 'sign' || this.next.kind === 'name' ? this.next.text : ''
      const mine = levels[op]
      if (mine === undefined || mine <= level) return left
      this.take()
      left = { is: 'binary', op, left, right: this.expression(mine) }
    }
  }

  private prefix(): Expression {
    if (this.is('-')) {
      this.take()
      return { is: 'negative', of: this.expression(6) }
    }
    if (this.is('not')) {
      this.take()
      return { is: 'not', of: this.expression(3) }
    }
    if (this.is('if')) {
      this.take()
      const when = this.expression(0)
      this.take('then')
      const then = this.expression(0)
      this.take('else')
      return { is: 'if', when, then, otherwise: this.expression(0) }
    }
    if (this.is('(')) {
      this.take()
      const out = this.expression(0)
      this.take(')')
      return out
    }
    const token = this.take()
    if (token.kind === 'number') {
      // "≈-0.28" comes as the sign and then a negative number.
      if (token.text === '≈') {
        const of = this.prefix()
        return of.is === 'negative' && of.of.is === 'number' ? { is: 'negative', of: { ...of.of, text: '≈' + of.of.text } } : of
      }
      return this.next.kind === 'unit' ? { is: 'number', text: token.text, unit: this.take().text } : { is: 'number', text: token.text }
    }
    if (token.kind === 'text') return { is: 'text', text: token.text }
    if (token.kind !== 'name') throw new SyntaxError(token.text)
    if (this.is('(')) return this.call(token.text)
    if (this.is('[')) {
      this.take()
      const index = this.take().text
      this.take(']')
      return { is: 'name', name: token.text, index }
    }
    return { is: 'name', name: token.text }
  }

  private call(name: string): Expression {
    this.take('(')
    const parts: Expression[] = []
    let over: string | undefined
    if (this.next.kind === 'name' && this.list[this.at + 1]?.text === ':') {
      over = this.take().text
      this.take(':')
    }
    while (!this.is(')')) {
      parts.push(this.expression(0))
      if (!this.is(')')) this.take(',')
    }
    this.take(')')
    return over === undefined ? { is: 'call', name, parts } : { is: 'call', name, over, parts }
  }
}

/** The formula's structure, or null when it is not of the language. */
export function parse(source: string): Expression | null {
  try {
    return new Reader(tokens(source)).whole()
  } catch {
    return null
  }
}

/** How strongly an expression holds together: what needs brackets inside what. */
export function strength(e: Expression): number {
  if (e.is === 'binary') return e.op === '/' ? 9 : (levels[e.op] ?? 0)
  if (e.is === 'negative') return 5.5
  if (e.is === 'not') return 3
  return e.is === 'if' ? 0 : 10
}
