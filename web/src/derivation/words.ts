// What the derivation's nodes mean to each other: titles for symbols, the formula that decides, sources in words.
import type { Explanation, Source } from '@/api/types'
import { locale, text, word } from '@/i18n'
import { applied, spread, type Applied } from '@/formula/applied'
import { parse, type Expression } from '@/formula/parse'

export function split(name: string): { base: string; index: string } {
  const m = /^(.+?)\[(.+)\]$/.exec(name)
  return m ? { base: m[1]!, index: m[2]! } : { base: name, index: '' }
}

/** Symbols of a formula → their titles, from the values it was made of. */
export function titles(node: Explanation): Record<string, string> {
  const out: Record<string, string> = {}
  for (const child of node.children ?? []) {
    const said = text(child.title)
    if (!child.name || !said) continue
    out[child.name] = said
    out[split(child.name).base] ??= said
  }
  return out
}

export function titleOf(node: Explanation): string {
  const { base, index } = split(node.name ?? '')
  if (node.kind === 'mean' || node.kind === 'limit') {
    const m = node.kind === 'mean' ? /^(\S+)/.exec(node.name ?? '') : /,\s*(\w+)\)$/.exec(node.name ?? '')
    const [indicator, title] = [m ? word('indicator', m[1]!) : '', text(node.title)]
    return title.startsWith(indicator) ? title : `${indicator} · ${title}`
  }
  if (node.kind === 'result') return `${node.name ?? ''} · ${text(node.title)}`
  if (node.kind === 'payment') return `${word('kind', 'payment')} · ${text(node.title) || base}`
  if (node.kind === 'note') return [text(node.title), base].filter(Boolean).join(' · ')
  const said = text(node.title) || base
  return index ? `${said} · ${word('indicator', index)}` : said
}

/** Formulas that a formula mentions, among the values it was made of. */
function mentioned(e: Expression, node: Explanation): Explanation[] {
  const names = new Set<string>()
  const walk = (x: Expression): void => {
    if (x.is === 'name') names.add(x.name)
    else if (x.is === 'negative' || x.is === 'not') walk(x.of)
    else if (x.is === 'binary') [x.left, x.right].forEach(walk)
    else if (x.is === 'if') [x.when, x.then, x.otherwise].forEach(walk)
    else if (x.is === 'call') x.parts.forEach(walk)
  }
  walk(e)
  const found = (node.children ?? []).filter((c) => c.name && names.has(split(c.name).base))
  return found.some((c) => c.kind !== 'formula') ? [] : found
}

/** The values from the root down to the one of this name, where it is told in full. */
export function wayTo(nodes: Explanation[], name: string): Explanation[] | null {
  for (const node of nodes) {
    const own = node.name ?? ''
    if (!node.repeated && node.kind !== 'result' && node.kind !== 'observation' && (own === name || split(own).base === name)) return [node]
    const below = wayTo(node.children ?? [], name)
    if (below) return [node, ...below]
  }
  return null
}

export interface Answer {
  /** Where the amount is really computed. */
  main: Explanation
  /** Conditions met on the way there, with the titles of their symbols. */
  because: { condition: Expression; holds: boolean; names: Record<string, string> }[]
}

/** From the amount to the formula that decides it: formulas that only rename, choose a case or cut at zero are stepped through. */
export function answer(node: Explanation): Answer {
  const out: Answer = { main: node.kind === 'payment' ? node : ((node.children ?? []).find((c) => c.kind === 'payment') ?? node), because: [] }
  for (;;) {
    const found = caseOf(out.main)
    if (!found) return out
    const names = titles(out.main)
    out.because.push(...found.because.map(({ condition, holds }) => ({ condition, holds, names })))
    const next = mentioned(found.formula, out.main)
    // Repeated values are told in full elsewhere: the search goes on where they are.
    if (next.length !== 1 || next[0]!.repeated || !next[0]!.formula || split(next[0]!.name ?? '').index) return out
    out.main = next[0]!
  }
}

export function caseOf(node: Explanation): Applied | null {
  const formula = node.formula ? parse(node.formula) : null
  const numbers = node.numbers ? parse(node.numbers) : null
  if (!formula || !numbers) return null
  const values = (name: string) => (node.children ?? []).filter((c) => split(c.name ?? '').base === name && c.name !== name).map((c) => c.value ?? '')
  const found = applied(formula, numbers)
  return { ...found, numbers: spread(found.numbers, values) }
}

/** «《document》number, article». */
export function sourceText(source: Source | string | undefined): string {
  if (!source) return ''
  if (typeof source === 'string') return source
  const name = source.document ? (locale.value === 'zh' && !/^[《〈]/.test(source.document) ? `《${source.document}》` : source.document) : ''
  return [name, source.number, source.article].filter(Boolean).join(' ')
}

/** The series and period a mean was taken from, to open the readings. */
export function readings(reference: string | undefined): { series: string; period: string } | null {
  const m = /series=(\S+) period=(\S+)/.exec(reference ?? '')
  return m ? { series: m[1]!, period: m[2]! } : null
}
