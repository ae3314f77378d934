// What the derivation's nodes mean to each other: titles for symbols, the formula that decides, sources in words.
import type { Explanation, Source } from '@/api/types'
import { locale, text, word } from '@/i18n'
import { applied, spread, type Applied } from '@/formula/applied'
import { parse } from '@/formula/parse'

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
    return [m ? word('indicator', m[1]!) : '', text(node.title)].filter(Boolean).join(' · ')
  }
  if (node.kind === 'result') return `${node.name ?? ''} · ${text(node.title)}`
  if (node.kind === 'note') return [text(node.title), base].filter(Boolean).join(' · ')
  const said = text(node.title) || base
  return index ? `${said} · ${word('indicator', index)}` : said
}

/** The node whose formula says how much: a payment that only names a formula points to it. */
export function deciding(node: Explanation): Explanation {
  const payment = node.kind === 'payment' ? node : (node.children ?? []).find((c) => c.kind === 'payment')
  if (!payment) return node
  const named = (payment.children ?? []).find((c) => c.kind === 'formula' && c.name === payment.formula)
  return named ? deepest(named) : payment
}

/** Steps through formulas that only rename or cut at zero, such as `max(0, -settled)`. */
function deepest(node: Explanation): Explanation {
  const formula = node.formula ? parse(node.formula) : null
  if (formula?.is === 'name') {
    const next = (node.children ?? []).find((c) => c.kind === 'formula' && c.name === formula.name)
    if (next) return deepest(next)
  }
  return node
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
