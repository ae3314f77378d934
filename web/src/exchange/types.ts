// What the server says of auctions.
import type { Text } from '@/i18n'
import type { Fault } from '@/api/client'

export interface Named { code: string; name: Text }
export type Phase = 'draft' | 'announced' | 'bidding' | 'over' | 'awaiting' | 'settled' | 'cancelled' | 'rejected'

/** What is traded is the use for some months: how many at most, and where that stands. */
export interface Lease { longest: number; source: string }
export interface AuctionSummary {
  number: number
  key: string
  state: string
  phase: Phase
  title: Text
  instrument: Named
  measure: string
  zone: string
  side: 'sale' | 'buy_back'
  pricing: 'uniform' | 'pay_as_bid'
  supply: number
  from: string | null
  to: string | null
  vintage: number | null
  reserve: string | null
  opens: string
  closes: string
  format: 'sealed' | 'ascending' | 'sealed_then_ascending'
  /** The close, as late bids have put it off. */
  ends: string
  extensions: number
  /** None: title passes. */
  lease: Lease | null
  verified: boolean
  price: string | null
  sold: number
}
export interface ResultRow { bid: number; bidder: Named | null; mine: boolean; price: string; quantity: number; cumulative: number; filled: number; pays: string; draw: string }
export interface Outcome { bid: number; bidder: Named | null; mine: boolean; quantity: number; price: string; amount: string; state: string; why: string; transaction: string }
export interface Result {
  price: string | null
  sold: number
  cancelled: boolean
  undersubscribed: boolean
  marginal: number
  bids: number
  dropped: { bid: number; mine: boolean; reason: string; why: Text }[]
  trimmed: { bid: number; mine: boolean; from: number; to: number }[]
  rows: ResultRow[]
  outcomes: Outcome[]
}
export interface Mine { account: string; free: string; zone: string; state: 'none' | 'applied' | 'admitted' | 'refused'; agent: boolean; deposit: string }
/** The rules of a timed part; seconds. */
export interface Timed { from: string; step_ticks: number | null; step_share: string | null; within: number; by: number; most: number | null; until: number | null; leaders: 'numbers' | 'names'; freed: 'at_once' | 'at_close' }
export interface Terms extends AuctionSummary {
  timed: Timed | null
  tie: 'time' | 'random' | 'pro_rata'
  undersubscription: 'cancel' | 'lowest_bid' | 'reserve'
  amend: 'none' | 'upward' | 'free'
  tick: string
  lot: number
  min_bid: number
  max_share: string | null
  deposit: string
  floor: string | null
  fees: { payer: 'buyer' | 'seller'; kind: string; rate: string; least: string; most: string }[]
  apply_until: string
  approval_days: number | null
  decide_by: string | null
  seed_source: string
  discloses: 'own' | 'anonymous' | 'names'
  source: { document: string; number: string; article: string; url: string; note: string }
  commitment: string
  secret: string
  seed: string
  result_hash: string
  admitted: number | null
  result: Result | null
}
export interface Auction extends Terms {
  now: string
  pack: string
  announced_by: string
  approved_by: string
  closed_by: string
  mine: Mine[]
  may: string[]
}
export interface Check { code: string; outcome: 'passed' | 'failed' | 'not_checked'; why: Text; source: string }
export interface Bidder { account: string; owner: Named; zone: string; state: string; applied_by: string; decided_by: string; mine: boolean; checks: Check[] }
export interface OwnBid { key: string; number: number | null; account: string; price: string; quantity: number; set_aside: string; improves: string; stands: boolean; outbid: boolean; withdrawal: boolean; at: string; hash: string }
export interface Quote { price: string; fees: string; total: string; set_aside: string; free: string; free_after: string; faults: (Fault & { code: string })[] }
export interface Standing {
  now: string
  timed: boolean
  ends: string
  extensions: number
  price: string | null
  next: string | null
  bidders: number
  leaders: { bidder: number; owner: Named | null; mine: boolean; quantity: number }[]
  mine: { account: string; price: string | null; quantity: number; leads: number; state: 'none' | 'leads' | 'part' | 'outbid' }[]
}
export interface CourseEvent { number: number; at: string; event: string; detail: string }
export interface Venue { venue: string; title: Text; instrument: Named; measure: string; flow: boolean; side: string; format: AuctionSummary['format']; lot: number; reserve: string | null; announcement_days: number; qualification_days: number; lease: Lease | null; source: Terms['source']; verified: boolean }

export const tones: Record<Phase, 'plain' | 'river' | 'amber' | 'leaf' | 'seal'> = {
  draft: 'plain', announced: 'river', bidding: 'leaf', over: 'amber', awaiting: 'amber', settled: 'leaf', cancelled: 'plain', rejected: 'plain',
}
