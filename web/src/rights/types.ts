// The registry of rights as the server tells it.
import type { Party } from '@/api/types'
import type { Text } from '@/i18n'

export interface Named { code: string; name: Text | string }
export interface Instrument {
  code: string
  name: Text
  kind: 'stock' | 'flow'
  kind_title: Text
  measure: string
  subject: string
  zone: string
  from: string
  to: string
  capped: boolean
  view_only: boolean
  verified: boolean
  source: string
  longest_lease: number
  lease_source: string
  note: Text
}
export interface RightAccount {
  account: string
  owner: Party
  type: string
  type_title: Text
  status: string
  status_title: Text
  permit: string
  permit_to: string | null
}
export interface States {
  held: number
  free: number
  frozen: number
  pledged: number
  reserved: number
  locked: number
  unpaid: number
  leased: number
  pending_in: number
}
export interface Holding extends States {
  account: string
  owner: Party
  instrument: Named
  measure: string
  from: string
  to: string
  project: string
  numbers: [number, number][]
}
export interface MonthHeld extends States {
  account: string
  instrument: Named
  month: string
  permit: string
  permit_change: number
  permit_holds: boolean
}
export interface Part { from: string; to: string; project: string; amount: number }
export interface Side { account: string; owner: Party }
export interface Transaction {
  key: string
  number: number
  kind: string
  kind_title: Text
  state: string
  state_title: Text
  instrument: Named
  measure: string
  from: Side | null
  to: Side | null
  parts: Part[]
  carried: { quantity: number; vintage: number } | null
  initiator: string
  approver: string
  proposed: string
  decided: string | null
  due: string | null
  reason: string
  note: string
  mine: boolean
  may_decide: boolean
  may_cancel: boolean
}
export interface Step { number: number; at: string; event: string; event_title: Text; actor: string; approver: string; reason: string; rule: string; hash: string }
export interface TransactionDetail extends Transaction {
  history: Step[]
  certificates: string[]
  returnable: { from: string; to: string } | null
  request: Record<string, unknown>
}
export interface Change {
  key: string
  kind: string
  kind_title: Text
  state: string
  state_title: Text
  instrument: Named | null
  measure: string
  from: string
  to: string
  project: string
  quantity: number
  account: string
  owner: Party | null
  type_title: Text | null
  permit: string
  permit_to: string | null
  status_title: Text | null
  saving: string
  trusted: string
  delay_days: number
  initiator: string
  approver: string
  reason: string
  note: string
  proposed: string
  decided: string | null
  may_decide: boolean
  may_cancel: boolean
}
export interface Refusal { code: string; message: Text; hint: Text; field: string; source: string; verified: boolean }
export interface Certificate { number: string; transaction: string; account: string; owner: Party; instrument: Named; measure: string; parts: Part[]; lease: boolean; issued: string }
export interface Freeze { key: string; account: string; owner: Party; instrument: Named; measure: string; quantity: number; from: string; to: string; rank: number; authority: string }
export interface Year {
  instrument: Named
  zone: string
  measure: string
  year: string
  month: string | null
  cap: number
  issued: number
  reserve: number
  held: number
  gone: number
  left: number
  per_mille: number | null
}
export interface Purchase {
  tag: string
  tag_title: Text
  source: string
  verified: boolean
  year: string
  instrument: Named
  measure: string
  buyer: Named
  quantity: number
  tagged: number
  per_mille: number | null
}
export interface Chain {
  account: RightAccount
  instrument: Named
  measure: string
  source: string
  verified: boolean
  cap_source: string
  caps: { number: number; at: string; actor: string; approver: string; reason: string; rule: string; hash: string; parts: Part[] }[]
  steps: (TransactionDetail & { transfers: { first: number; last: number; count: number } })[]
}
