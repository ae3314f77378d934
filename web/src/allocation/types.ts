// What the server says of units, methods and rankings.
import type { Text } from '@/i18n'

export interface Named {
  code: string
  name: Text
}

export interface Cap {
  from: string
  to: string
  cap: number
  issued: number
}

export interface Units {
  instrument: Named | null
  measure: string
  on: string
  caps: Cap[]
  columns: string[]
  rows: Record<string, string>[]
  /** The first month for which a permit of them no longer holds. */
  permits_to: string | null
  /** Instruments that the packs have figures for. */
  known: string[]
  example: boolean
}

export interface Share {
  unit: string
  amount: string
  exact: string
  floor: string
  ceiling: string | null
  at: '' | 'floor' | 'ceiling'
  weight: string | null
  current?: string
  change?: string
  contribution?: Record<string, string | null>
}

export interface Allocated {
  method: string
  title: Text
  cap: string
  reserve: string
  unit: string
  shares: Share[]
  gini: { criterion: string; before: string | null; after: string; alert: boolean }[]
  cost: string | null
  gaining: number
  losing: number
  moved: string
  factor: string | null
  unique: boolean
  record: string
  hash: string
  findings: { kind: string; of?: string; value: string }[]
  parent?: string
  /** Of levels: the methods of all levels, as they were asked for and for people. */
  way?: string
  way_title?: Text
}

export interface Refusal {
  method: string
  title: Text
  error: string
  message: Text
  hint: Text
  line: number
  column: number
  field: string
}

export interface Compared {
  methods: Allocated[]
  refused: Refusal[]
  levels: Allocated[]
}

export interface Ranked {
  rule: string
  groups: { group: string; mean: string; treasury: string; units: { rank: number; unit: string; intensity: string; exact: string; amount: string }[] }[]
  excluded: string[]
}

/** In the order in which the server tries them. */
export const methods = ['grandfather', 'benchmark', 'water-fill', 'entropy', 'topsis', 'gini', 'least-cost', 'minimax'] as const
