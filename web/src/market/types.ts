// What the server says of markets with an order book.
import type { Fault } from '@/api/client'
import type { Lease, Named, Terms as AuctionTerms } from '@/exchange/types'
import type { Text } from '@/i18n'

export type Side = 'buy' | 'sell'
export type BookPhase = 'closed' | 'call' | 'call_no_cancel' | 'continuous'
export type MarketPhase = 'draft' | BookPhase | 'ended' | 'rejected'
export type Stands = 'day' | 'gtc' | 'ioc' | 'fok' | 'auction_only'
export type Trading = 'continuous' | 'listed_best' | 'listed_any'

export interface MarketSummary {
  number: number
  key: string
  state: 'draft' | 'open' | 'ended' | 'rejected'
  phase: MarketPhase
  halted: boolean
  title: Text
  instrument: Named
  measure: string
  zone: string
  trading: Trading
  from: string | null
  to: string | null
  vintage: number | null
  first_day: string
  last_day: string
  reference: string
  last: string | null
  quantity: number
  deals: number
  lease: Lease | null
  verified: boolean
}
export interface Level { price: string; quantity: number }
export interface Offer { order: number; side: Side; price: string; quantity: number; min_quantity: number; mine: boolean }
export interface Depth {
  commands: number
  phase: BookPhase
  halted: boolean
  reference: string
  low: string
  high: string
  buys: Level[]
  sells: Level[]
  offers: Offer[]
  indicative: string | null
  indicative_quantity: number
  indicative_surplus: number
  next: string | null
  next_at: string | null
}
export interface Step { at: string; what: string }
export interface MarketTerms extends MarketSummary {
  now: string
  project: string
  reference_source: string
  tick: string
  lot: number
  band: string
  market_orders: boolean
  bulk_from: number | null
  bulk_band: string | null
  max_order: number | null
  max_day: number | null
  max_holding: number | null
  max_value: string | null
  max_share: string | null
  every_day: boolean
  sessions: Step[]
  fees: AuctionTerms['fees']
  approval_days: number | null
  source: AuctionTerms['source']
  pack: string
  halt_reason: string
  depth: Depth | null
}
export interface Part { account: string; cash: string; goods: number; zone: string; state: 'none' | 'applied' | 'admitted' | 'refused' | 'blocked' }
export interface Market extends MarketTerms { opened_by: string; approved_by: string; mine: Part[]; may: string[] }
export interface Party { account: string; owner: Named }
export interface Deal { number: number; at: string; kind: 'continuous' | 'call' | 'listed' | 'bulk'; price: string; quantity: number; amount: string; state: string; decide_by: string | null; mine: Side | null; buyer: Party | null; seller: Party | null; transaction: string }
export interface Day { day: string; opening: string | null; high: string | null; low: string | null; closing: string; quantity: number; amount: string; deals: number; bulk_quantity: number; bulk_amount: string; bulk_deals: number; over: boolean }
export interface Order { number: number; bulk: boolean; key: string; account: string; counterparty: Party | null; side: Side; type: 'limit' | 'market'; stands: Stands; price: string | null; quantity: number; min_quantity: number; left: number; filled: number; state: string; reason: string; why: Text | null; detail: string; until: string | null; terms_hash: string; at: string; by: string }
export interface Quote { side: Side; price: string; fees: string; total: string; set_aside: string; free: string; free_after: string; at_once: number; at_once_amount: string; faults: (Fault & { code: string; message: Text })[] }
export interface Proposal { number: number; account: string; from: Party; side: Side; price: string; quantity: number; until: string | null; terms_hash: string; quote: Quote }
export interface MarketVenue { venue: string; title: Text; instrument: Named; measure: string; flow: boolean; trading: Trading; tick: string; lot: number; band: string; every_day: boolean; sessions: Step[]; source: AuctionTerms['source']; lease: Lease | null; verified: boolean }
/** What the stream tells: that the book changed. */
export interface News { commands: number; state: string; phase: BookPhase; halted: boolean; deals: number; now: string }

export const tones: Record<MarketPhase, 'plain' | 'river' | 'amber' | 'leaf' | 'seal'> = {
  draft: 'plain', closed: 'plain', call: 'river', call_no_cancel: 'river', continuous: 'leaf', ended: 'plain', rejected: 'plain',
}
export const orderTones: Record<string, 'plain' | 'river' | 'amber' | 'leaf' | 'seal'> = { open: 'river', partial: 'river', filled: 'leaf', refused: 'seal', cancelled: 'plain', expired: 'plain' }
