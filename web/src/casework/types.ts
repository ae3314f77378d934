// The shapes of casework, as far as the pages read them (src/api/case_routes.cpp is the contract).
import type { Text } from '@/i18n'
import type { ReportHead } from '@/reporting/types'
import type { RowRules } from './rows'

export interface Named { code: string; name: Text | string }
export interface Origin { document: string; number: string; article: string }

export interface CaseType {
  name: string
  title: Text
  explanation: Text
  version: string
  articles: number[]
  source: Origin | null
  lead: string
  verified: boolean
}
export interface TypeSteps { states: { name: string; label: Text; final: boolean }[]; steps: { name: string; from: string[]; to: string }[] }

export interface CaseHead {
  id: number
  type: string
  type_title: Text
  number: string
  title: string
  state: string
  state_label: Text
  open: boolean
  applicant: Named
  due: string | null
  created: string
  created_by: string
  entered: string
  version: number
}
export interface PlainStep { step: string; label: Text }
export interface InboxItem extends CaseHead {
  what: Text[]
  /** A draft: its form waits to be filled in. */
  to_fill: boolean
  /** What takes nothing but the press, so that it can be done for many at once. */
  plain_steps: PlainStep[]
}
/** One line of what is due: a case or a report. */
export interface Due {
  key: string
  case?: InboxItem
  report?: ReportHead
}
export interface News extends CaseHead {
  mentioned: boolean
  handed_by: string
  steps: number
  comments: number
}
export interface CalendarEntry extends CaseHead {
  day: string
  mine: boolean
  what: Text[]
}
export interface CasePerson { user: string; name: string; organisation: Named | null }

export type Kind = 'text' | 'paragraph' | 'number' | 'money' | 'boolean' | 'date' | 'choice' | 'party' | 'place' | 'organisation' | 'organisations' | 'person' | 'citizen_id' | 'credit_code' | 'phone' | 'account' | 'documents' | 'table'
export type Row = Record<string, unknown>
export interface Field {
  title: string
  maxLength?: number
  enum?: (string | null)[]
  items?: { properties: Record<string, Field> }
  'x-kind': Kind
  'x-label': Text
  'x-help'?: Text
  'x-source'?: Origin
  'x-choices'?: Record<string, Text>
  'x-sensitivity': 'open' | 'internal' | 'personal' | 'sensitive'
  'x-required': boolean
  /** False: filled in by a later step, not by who begins the case. */
  'x-in-draft'?: boolean
  'x-unit'?: string
  'x-prefill'?: string
  /** The system has it already, once it can tell. */
  'x-known'?: { from: string; override: boolean }
  'x-rows'?: RowRules
}
/** Of a figure that the system had; with `reason` another one was typed. */
export interface KnownOrigin { from: string; what: string; of: string; rule?: string; value: unknown; detail: string; at: string; reason?: string; by?: string }
export type Fields = Record<string, Field>
export type Values = Record<string, unknown>

export interface Option {
  step: string
  label: Text
  to: string
  sets: string[]
  needs: string[]
  reason: boolean
  expected: boolean
  effects: string[]
  issues: Text[]
  refused: { code: string; detail: Text } | null
}
export type Choice = 'for' | 'against' | 'abstain' | 'recused'
export interface Ballot {
  name: string
  label: Text
  open: boolean
  mine: boolean
  objection_in_words: boolean
  score: { min: string; max: string; places: number } | null
  voices: { live: boolean; name: string; organisation: Named; choice: Choice; words: string; score: string | null; at: string }[]
}
export interface Term {
  name: string
  label: Text
  status: string
  due: string | null
  left: number
  provisional: boolean
  verified: boolean
  source: Origin | null
}
export interface CaseEvent {
  seq: number
  at: string
  by: string
  organisation: Named
  step: string
  label: Text
  from: string
  to: string
  reason: string
  changes: Record<string, unknown[]>
  effects: Record<string, string | number>[]
}
export interface Document { id: string; name: string; media_type: string; bytes: number; sha256: string; at: string; by: string; personal: boolean; erased: boolean }

export interface Paper { name: string; label: Text; kind: string; personal: boolean; may_make: boolean; issued: string | null }

export interface Case extends CaseHead {
  type_detail: CaseType
  latest_version: boolean
  form: { properties: Fields }
  values: Values
  origins: Record<string, KnownOrigin>
  computed: { name: string; label: Text; unit: string; formula: string; value: string | null }[]
  states: { name: string; label: Text; final: boolean }[]
  options: Option[]
  waiting: { role: string; organisation: Named | null; what: Text }[]
  ballots: Ballot[]
  terms: Term[]
  following: boolean
  may_migrate: boolean
  may_save: boolean
  may_reveal: boolean
  /** When its personal values were erased. */
  erased: string | null
  /** They may not be erased for now. */
  held: boolean
  events: CaseEvent[]
  comments: { at: string; by: string; words: string }[]
  documents: Document[]
  papers: Paper[]
  children: CaseHead[]
}

export interface Article {
  number: number
  title: Text
  text: Text
  lead: Named[]
  verified: boolean
  kinds: { name: string; title: Text }[]
  open: number
  closed: number
  overdue: number
}
/** A figure of an article, from where it is counted; without a value there is nothing yet, and the note says so. */
export interface PlanFigure { label: Text; value: string | null; kind: 'number' | 'money' | 'day'; unit: Text; note: Text; from: Text; link: string }
export interface PlanFigures { figures: PlanFigure[]; missing: Text[]; tasks: string }
export interface Plan { source: Origin | null; articles: Article[] }
export interface Progress { article: number; article_title: Text; organisation: Named; of: 'department' | 'township'; open: number; closed: number; overdue: number }
export interface Notice {
  id: number
  kind: string
  type_title: Text
  title: string
  title_en: string | null
  content: { name: string; label: Text; kind: Kind; value: string }[]
  articles: number[]
  organisation: Named
  published: string
  until: string | null
  objections: string | null
  objection_days: number | null
  contact: string
  replaces: number | null
  replaced_by: number | null
  withdrawn: string | null
  why: string
}
export type Standing = 'standing' | 'corrected' | 'over' | 'withdrawn'
export interface Archived extends Notice { standing: Standing; case: number }
/** What the portal tells of what no longer stands: the title only where the old version may be read. */
export interface Past extends Pick<Notice, 'id' | 'kind' | 'type_title' | 'articles' | 'organisation' | 'published' | 'replaced_by' | 'why'> { title: string | null; standing: Standing; came_down: string | null }
export interface Entry { number: string; title: string; holder: string; from: string; to: string; details: Record<string, string>; case: number; ended: boolean }
