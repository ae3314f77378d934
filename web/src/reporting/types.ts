// Reports as the server gives them.
import type { Text } from '@/i18n'

export interface ReportHead {
  id: string; set: string; title: Text; organisation: { code: string; name: Text }; period: string
  state: 'open' | 'submitted' | 'accepted' | 'returned'; level: number; waits_for: Text | null
  due: string | null; closes: string | null; days_verified: boolean; expected: boolean
  submitted: string | null; late: boolean; locked: boolean; reopened: boolean; version: number; asks: '' | 'fill' | 'approve'
}
interface Source { document: string; number: string; article: string }
export interface Element { code: string; name: Text; help: Text; unit: string; places: number; nature: string; in_time: string; over_units: string; owner: string; prefill: { from: string; what: string; kind: string; statistic: string } | null; source: Source | null; verified: boolean }
interface Used { sets: { code: string; name: Text }[] }
export type DictionaryElement = Element & Used
export interface DictionaryIndicator extends Used { code: string; name: Text; numerator: string; denominator: string; unit: string; source: Source | null; verified: boolean }
export interface TotalLine { of: string; of_name: Text; group: Text; code: string; indicator: boolean; name: Text; unit: string; value: string | null; why: 'no_data' | 'not_summed' | 'zero_denominator' | null; given: number; expected: number }
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
