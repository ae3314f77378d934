// Reports as the server gives them.
import type { Text } from '@/i18n'

export interface ReportHead {
  id: string; set: string; title: Text; organisation: { code: string; name: Text }; period: string
  state: 'open' | 'submitted' | 'accepted' | 'returned'; level: number; waits_for: Text | null
  due: string | null; closes: string | null; days_verified: boolean; expected: boolean
  submitted: string | null; late: boolean; locked: boolean; reopened: boolean; version: number
}
export interface Element { code: string; name: Text; help: Text; unit: string; places: number; nature: string; in_time: string; over_units: string; verified: boolean }
export interface Entry { kind: 'value' | 'none' | 'missing'; value: string; reason: string; explanation: string; origin: string; detail: string; user: string; at: string | null; version: number }
export interface Remark { rule: string; elements: string[]; text: Text; error: boolean; outlier: boolean; explained: boolean }
export interface DataSet { name: string; title: Text; explanation: Text; verified: boolean; groups: { label: Text; elements: string[] }[] }
export interface Report extends ReportHead {
  definition: DataSet; elements: Element[]; values: Record<string, Entry>; previous: Record<string, string | null>; remarks: Remark[]
  events: { at: string; name: string; what: string; level: number; live: boolean; reason: string }[]; may: string[]
}
export interface Overview { set: DataSet; period: string; periods: string[]; due: string | null; closes: string | null; basis: string; expected: number; received: number; on_time: number; reports: ReportHead[] }
/** What was typed and has not reached the server. */
export interface Pending { kind: Entry['kind']; value: string; reason: string; explanation: string; seen: number }
