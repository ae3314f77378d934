// Exact values for the eye: decimals as they are, fractions cut to what is read; the whole stays in the title.
import { number, period } from '@/format'
import { t } from '@/i18n'
import { measure } from '@/rights/words'
import type { Priced } from './types'

export function valueOf(exact: string): number {
  const [above, below] = exact.split('/')
  return Number(above) / Number(below ?? 1)
}
export const shown = (exact: string, digits = 4): string => number(exact.includes('/') ? Number(valueOf(exact).toFixed(digits)) : exact)
export const interval = (p: Priced): string => (p.unique ? '' : `${p.from === null ? '…' : shown(p.from)} – ${p.to === null ? '…' : shown(p.to)}`)
export const periodName = (p: string): string => (p.length === 7 ? period(p) : p)
export const unit = (r: { measure: string }): string => t('auction.per_unit', { unit: measure(r.measure) })
