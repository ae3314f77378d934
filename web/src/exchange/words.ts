// Quantities, terms and prices of auctions as people read them.
import { number, period } from '@/format'
import { t } from '@/i18n'
import { measure } from '@/rights/words'
import type { AuctionSummary } from './types'

export const quantity = (n: number, a: { measure: string }): string => `${number(n)} ${measure(a.measure)}`
export const term = (a: { from: string | null; to: string | null; vintage: number | null; lease?: unknown }): string =>
  a.from ? t(a.lease ? 'auction.months_leased' : 'auction.months', { from: period(a.from), to: period(a.to) }) : a.vintage ? String(a.vintage) : ''
/** What a price is for. */
export const unit = (a: { from: string | null; measure: string }): string => (a.from ? t('auction.per_tonne_year') : t('auction.per_unit', { unit: measure(a.measure) }))
export const reserve = (a: AuctionSummary): string => (a.reserve === null ? t('auction.reserve_sealed') : `${number(a.reserve)} ${unit(a)}`)
