// How days, values and effects of a case are said.
import { day, daysUntil, money, value as figure } from '@/format'
import { t, text, word, type Text } from '@/i18n'
import { nameOf } from './names'
import type { Document, Field, Origin, Row } from './types'

/** 今天到期 / 还有 3 天 / 已逾期 2 天. */
export function dueWords(due: string | null): string {
  if (!due) return ''
  const n = daysUntil(due)
  if (n === 0) return t('due.today')
  return n > 0 ? t(n === 1 ? 'due.tomorrow' : 'due.left', { n }) : t(n === -1 ? 'due.over_one' : 'due.over', { n: -n })
}
export const dueTone = (due: string | null): 'plain' | 'amber' | 'seal' => (!due || daysUntil(due) > 3 ? 'plain' : daysUntil(due) < 0 ? 'seal' : 'amber')

/** Without a title of its own a case is called by its kind, in the language shown. */
export const titleOf = (c: { title: string; type_title: Text }): string => (c.title && c.title !== c.type_title.zh ? c.title : text(c.type_title))

export const personal = (f: Field): boolean => f['x-sensitivity'] === 'personal' || f['x-sensitivity'] === 'sensitive'
export const blank = (v: unknown): boolean => v === null || v === undefined || v === '' || (Array.isArray(v) && v.length === 0)
export const unitOf = (f: Field): string => (f['x-kind'] === 'money' ? t('unit.yuan') : f['x-unit'] && f['x-unit'] !== '1' ? f['x-unit'] : '')

/** A value as one reads it. */
export function shown(f: Field, v: unknown, documents: Document[] = []): string {
  if (blank(v)) return '—'
  // Sealed: what the server shows of it; of a yes or no, or a choice, nothing.
  if (personal(f) && typeof v === 'string') return f['x-kind'] === 'boolean' || f['x-kind'] === 'choice' ? '***' : v
  switch (f['x-kind']) {
    case 'money':
      return `${money(String(v))} ${t('unit.yuan')}`
    case 'number':
      return f['x-prefill'] === 'year' ? String(v) : figure(String(v), f['x-unit'], 12)
    case 'boolean':
      return t(v ? 'value.true' : 'value.false')
    case 'date':
      return day(String(v))
    case 'choice':
      return text(f['x-choices']?.[String(v)]) || String(v)
    case 'party':
    case 'place':
    case 'organisation':
      return nameOf(f['x-kind'], String(v))
    case 'organisations':
      return (v as string[]).map((one) => nameOf('organisation', one)).join(t('word.and'))
    case 'documents':
      return (v as string[]).map((id) => documents.find((d) => d.id === id)?.name ?? id).join(t('word.and'))
    case 'table':
      return (v as Row[]).map((row) => Object.entries(f.items?.properties ?? {}).filter(([name]) => !blank(row[name])).map(([name, column]) => shown(column, row[name])).join(' ')).join(t('word.comma'))
    default:
      return String(v)
  }
}

/** A sealed value that was looked at, as one reads it. */
export function revealed(f: Field, v: string): string {
  if (f['x-kind'] === 'boolean') return word('value', v)
  return shown({ ...f, 'x-sensitivity': 'internal' }, v)
}

/** 《document》 number, article. */
export function sourceWords(s: Origin | null | undefined): string {
  if (!s?.document) return ''
  return [t('case.document', { name: s.document }), s.number, s.article].filter(Boolean).join(' ')
}

export function bytes(n: number): string {
  return n < 1024 ? `${n} B` : n < 1 << 20 ? `${Math.round(n / 1024)} KB` : `${(n / (1 << 20)).toFixed(1)} MB`
}
