// The shapes of the API, as far as the pages read them. The server's /openapi.json is the whole of it.
import type { Text } from '@/i18n'
import type { Where } from './client'

export type { Page } from './client'

export interface Session {
  user: { id: string; name: string; display_name: Text | string; must_change_password: boolean; totp_enabled: boolean }
  organisation: { id: string; name: Text | string; kind: string; party?: string } | null
  roles: { key: string; title: Text | string }[]
  permissions: string[]
  /** Those that reach the whole jurisdiction. */
  permissions_whole: string[]
  csrf: string | null
  tenant: { code: string; name: Text | string }
  examples: boolean
  basemap?: { url: string; attribution: string } | null
}

export interface Party {
  code: string
  name: Text | string
}

export type State = 'drafted' | 'published' | 'objected' | 'confirmed' | 'posted' | 'paid'
export type Action = 'publish' | 'object' | 'confirm' | 'post' | 'pay'

export interface Statement {
  id: number | string
  code: string
  rule: string
  rule_title: Text | string
  period: string
  payer: Party
  payee: Party
  amount: string
  state: State
  deadline?: string | null
  unverified: boolean
  example: boolean
  supersedes?: number | string | null
  superseded_by?: number | string | null
  created: string
}

export interface StatementLine {
  line: number
  place: Party
  title: Text | string
  whole: string
  share: string
  amount: string
}

export interface StatementEvent {
  event: string
  title?: Text | string
  at: string
  by: string
  note: string
}

export interface StatementDetail extends Statement {
  lines: StatementLine[]
  events: StatementEvent[]
  run?: Record<string, unknown>
  may: Action[]
}

export interface Source {
  document?: string
  number?: string
  article?: string
  url?: string
  note?: string
}

export type NodeKind = 'payment' | 'condition' | 'formula' | 'input' | 'parameter' | 'limit' | 'mean' | 'observation' | 'result' | 'note'

export interface Explanation {
  kind: NodeKind
  name?: string
  title?: Text
  value?: string
  unit?: string
  formula?: string
  numbers?: string
  unrounded?: string
  reason?: Text
  source?: Source
  in_force?: string
  known?: string
  verified?: boolean
  example?: boolean
  repeated?: boolean
  missing?: boolean
  where?: Where
  reference?: string
  children?: Explanation[]
}

/** A statement in a few words, as the home page names it. */
export interface Named {
  rule_title: Text | string
  period: string
  payer: Party
  payee: Party
  amount: string
}

export interface Home {
  due: { kind: string; id: number | string; state: string; title: Text | string; deadline?: string | null; statement: Named }[]
  changed: { at: string; link: string; step: Text | string; by: string; statement: Named }[]
  figures: { key: string; title: Text | string; value: string | number; unit?: string; note?: Text | string }[]
}

export interface Place {
  code: string
  name: Text | string
  kind: string
  water_body?: string
  river_or_lake?: string
  lon?: number | null
  lat?: number | null
  jurisdiction?: Party
  target_class?: string | null
  groups?: string[]
  upstream?: Party[]
  downstream?: Party[]
}

export interface PlaceClass {
  place: string
  name: Text | string
  class: string | null
  deciding?: string[]
  reason?: Text | string
  lon?: number | null
  lat?: number | null
  water_body?: string
}

export interface Series {
  id: number | string
  place: Party
  indicator: string
  title: Text | string
  unit: string
  from: string | null
  to: string | null
  /** Told only when one place is asked for. */
  count: number | null
  source?: string
}

export interface Observation {
  time: string
  value: number | string | null
  flag: string
  limit?: number | string | null
  origin?: { file?: string; row?: number; column?: number | string; raw?: string }
  arrived?: string
  corrections?: { value: number | string | null; flag?: string; arrived?: string; origin?: Observation['origin'] }[]
}

export interface Statistic {
  period: string
  status: string
  mean: string | null
  unit: string
  used: number
  needed: number
  /** Flag → how many were left out for it. */
  left_out: Record<string, number>
  reason?: Text | string
  verified?: boolean
}

export interface ParameterValue {
  /** Element of the index, or place, → value; under "" where there is neither. */
  elements: Record<string, string>
  tiers: { above: string; value: string }[]
  in_force: string | null
  known?: string
  pack?: string
  verified?: boolean
  example?: boolean
  source?: Source | string
}

export interface ValueType {
  kind: string
  unit: string
  choices?: string[]
}

export interface Parameter {
  name: string
  index: string
  by_place?: boolean
  title?: Text | string
  type: ValueType
  values: ParameterValue[]
  unset?: Text | string | null
}

export interface RuleFormula {
  name: string
  index: string
  title?: Text | string
  type: ValueType
  text: string
  shown?: boolean
}

export interface RuleInput {
  name: string
  index: string
  title?: Text | string
  type: ValueType
  origin: string
  of?: string
}

export interface RuleVersion {
  pack: string
  from: string | null
  to?: string | null
  known?: string
  verified?: boolean
}

export interface RuleSummary {
  name: string
  title: Text | string
  pack: string
  from: string
  to?: string | null
  verified: boolean
  example: boolean
  source: Source | string
}

export interface Rule extends RuleSummary {
  per?: string
  group?: string
  formulas: RuleFormula[]
  inputs: RuleInput[]
  parameters: Parameter[]
  payments: { title?: Text | string; when?: string; from: string; to: string; amount: string }[]
  versions: RuleVersion[]
  note?: Text | string
  assessed_when?: string
  not_assessed?: Text | string
  objection?: { working_days: number; example?: boolean; verified?: boolean } | null
}

export interface WhatIf {
  parties: { party: string; name?: Text | string; before: string; after: string }[]
  places?: { place: string; name?: Text | string; before: string; after: string; change: string }[]
}

export interface Account {
  id: number
  owner: Party
  purpose: string
  unit: string
  balance: string
  available: string
  held: string
  open: boolean
}

export interface Transfer {
  number: number
  id?: string
  date: string
  debit: { account: number; owner: Party; purpose: string }
  credit: { account: number; owner: Party; purpose: string }
  amount: string
  unit: string
  cause: { kind: string; id: string }
  state: string
  recorded: string
  note?: string
}

export interface Job {
  id: number | string
  kind: string
  state: string
  progress: { done: number; total: number }
  message?: Text | string | null
  result?: Record<string, unknown> | null
  created?: string
  by?: string
}

export interface ImportedFile {
  id: number
  file: string
  mapping: string
  arrived: string
  by: string
  rows: number
  accepted: number
  rejected: number
  sha256: string
}

export interface ImportResult {
  rows: number
  accepted: number
  rejected: number
  errors: { line: number; column?: number | string; field?: string; message: Text | string; hint?: Text | string; raw?: string }[]
  outcome: 'preview' | 'stored' | 'known' | 'refused'
  added: number
  corrected: number
  unchanged: number
  error_count: number
}
