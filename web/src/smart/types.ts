// What the server says of smart markets.
import type { Text } from '@/i18n'
import type { Check, Named, Phase, Quote } from '@/exchange/types'

export interface Link { id: string; from: string; to: string; loss: string; capacity: string | null; balance: { lo: string; hi: string; start: string } | null; back_of: string }
export interface Limit { id: string; kind: string; over_all: boolean; base: string; min: string | null; max: string | null; terms: { zone: string; link: string; side: string; coefficient: string }[] }
export interface SmartVenue { venue: string; title: Text; instrument: Named; measure: string; flow: boolean; zones: string[]; links: Link[]; limits: Limit[]; announcement_days: number; verified: boolean }
export interface SmartSummary { number: number; key: string; venue: string; state: string; phase: Phase; title: Text; instrument: Named; measure: string; periods: string[]; zones: string[]; opens: string; closes: string; verified: boolean; bought: string | null }
export interface Priced { price: string; unique: boolean; from: string | null; to: string | null }
export interface NodePrice extends Priced { zone: string; period: string; sold_for: string; used_for: string; quoted: boolean }
export interface Flow { link: string; period: string; sent: string; delivered: string; balance: string | null }
export interface Rent extends Priced { kind: string; of: string; period: string; at: string; amount: string }
export interface SmartOrder { number: number; side: 'buy' | 'sell'; who: Named | null; mine: boolean; zone: string; period: string; of: string; filled: string; price: string; amount: string }
export interface SmartTrade { seller: Named | null; buyer: Named | null; operator: boolean; mine: boolean; period: string; quantity: number; lost: number; price: string; rent: string; added: string; state: string; why: string; transaction: string }
export interface SmartResult {
  prices: NodePrice[]
  flows: Flow[]
  rents: Rent[]
  money: { buyers_pay: string; sellers_receive: string; supply: string; rent: string; rounding: string }
  water: { unit: string; sold: string; supplied: string; bought: string; lost: string; left: string }
  welfare: string
  zones: { zone: string; period: string; bought: number; sold: number }[]
  balances: { link: string; lo: string; hi: string; before: string; change: string; after: string }[]
  booked: { rent_account: string; operator: string; rent: string; rounding: string; lost: number; operator_takes: number }
  record: { input_sha256: string; solver: string; iterations: number; exact_steps: number; one_optimum: boolean }
  orders: SmartOrder[]
  trades: SmartTrade[]
  left_out: { account: string; why: Text }[]
}
export interface Figure { id: string; field: string; period: string; value: string; reason: string }
export interface SmartTerms extends SmartSummary {
  now: string
  links: Link[]
  limits: Limit[]
  figures: Figure[]
  sold_for: string[]
  used_for: string[]
  step: number
  tick: string
  least_price: string | null
  most_price: string | null
  amend: 'none' | 'free'
  fees: { payer: 'buyer' | 'seller'; kind: string; rate: string }[]
  apply_until: string
  approval_days: number | null
  decide_by: string | null
  discloses: 'own' | 'anonymous' | 'names'
  source: { document: string; number: string; article: string }
  result_hash: string
  admitted: number | null
  result: SmartResult | null
}
export interface SmartMine { account: string; free: string; goods: { period: string; free: number }[]; zone: string; purpose: string; state: 'none' | 'applied' | 'admitted' | 'refused'; agent: boolean }
export interface SmartRound extends SmartTerms { announced_by: string; approved_by: string; closed_by: string; mine: SmartMine[]; may: string[] }
export interface SmartMember { account: string; owner: Named; zone: string; purpose: string; state: string; applied_by: string; decided_by: string; mine: boolean; checks: Check[] }
export interface OwnSmartBid { key: string; account: string; side: 'buy' | 'sell'; period: string; price: string; quantity: number; set_aside: string; replaces: string; stands: boolean; withdrawal: boolean; at: string; hash: string }
export interface SmartQuote { price: string; fees: string; total: string; set_aside: string; free: string; free_after: string; faults: Quote['faults'] }
export interface Balances {
  venue: string
  accounts: { link: string; from: string; to: string; lo: string; hi: string; balance: string; entries: { at: string; cause: string; number: number; change: string; balance: string }[] }[]
  calls: { number: number; link: string; quantity: string; reason: string; state: string; proposed_by: string; mine: boolean; at: string }[]
}
