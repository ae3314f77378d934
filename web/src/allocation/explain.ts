// How one unit's share came about, in one or two sentences with its numbers.
import { number, value } from '@/format'
import { t } from '@/i18n'
import type { Allocated, Share } from './types'

const n = (raw: string | null | undefined) => number(raw, 6)
/** A fraction as a decimal, for the eye. */
const decimal = (raw: string) => (raw.includes('/') ? `≈ ${number(Number(raw.split('/')[0]) / Number(raw.split('/')[1]), 6)}` : value(raw))
const found = (m: Allocated, kind: string, of?: string) => m.findings.find((f) => f.kind === kind && (of === undefined || f.of === of))?.value

function made(m: Allocated, s: Share): string {
  if (s.at) return t(`allocation.why.${s.at}`, { bound: n(s.at === 'floor' ? s.floor : s.ceiling) })
  if (s.weight !== null && m.factor !== null) return t('allocation.why.proportion', { basis: t(`allocation.basis.${m.method}`), weight: n(s.weight), factor: n(m.factor), share: n(s.amount) })
  if (m.method === 'least-cost') {
    const price = found(m, 'marginal-cost')
    return price === undefined ? t('allocation.why.no_cut') : t('allocation.why.cost', { current: n(s.current), cut: n(String(Number(s.current) - Number(s.amount))), price: n(price), share: n(s.amount) })
  }
  if (m.method === 'minimax') return t('allocation.why.shortage', { rate: number(Number(found(m, 'shortage', s.unit) ?? 0) * 100, 4), share: n(s.amount) })
  if (m.method === 'gini') return t('allocation.why.gini', { sum: n(found(m, 'gini-sum')) })
  return t('allocation.why.share', { share: n(s.amount) })
}

export function explain(m: Allocated, s: Share): string {
  const parts = [made(m, s)]
  const shares = Object.entries(s.contribution ?? {}).filter(([, c]) => c !== null)
  if (shares.length) parts.push(t('allocation.why.contribution', { list: shares.map(([of, c]) => `${of} ${number(c, 3)}`).join(', ') }))
  if (s.exact !== s.amount) parts.push(t('allocation.why.rounded', { exact: decimal(s.exact), share: value(s.amount) }))
  return parts.join(' ')
}
