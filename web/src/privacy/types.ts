// Exports, erasures, holds and the register, as the server tells them.
import type { Text } from '@/i18n'
import type { CaseHead } from '@/casework/types'

export interface Choice { type: string; title: Text; fields: { path: string; label: Text; sensitivity: string }[] }
export interface Export {
  id: number
  type: string
  type_title: Text
  cases: number
  fields: string[]
  labels: Text[]
  format: string
  purpose: string
  last_day: string
  downloads: number
  state: 'asked' | 'approved' | 'refused' | 'withdrawn' | 'ended'
  asked: string
  name: string
  organisation: { code: string; name: Text }
  mine: boolean
  decided: string | null
  decided_name: string
  reason: string
  files: { n: number; at: string; cases: number; bytes: number; sha256: string }[]
}
export interface Due { case: CaseHead; due: string; held: boolean; proposal: number | null }
export interface Erasure {
  id: number
  case: CaseHead
  ground: 'retention' | 'request'
  why: string
  state: 'proposed' | 'approved' | 'refused'
  proposed: string
  proposed_name: string
  mine: boolean
  decided: string | null
  decided_name: string
  reason: string
  destroyed: { values?: number; traces?: number; files?: number; words?: number }
}
export interface Hold { id: number; case: CaseHead; why: string; placed: string; placed_name: string; lifted: string | null; lifted_name: string; lifted_why: string }
export interface Assessment { version: number; made: string; review: string; purpose: string; risk: string; measures: string; assessor: string; recorded: string; name: string }
export interface PersonalType {
  type: string
  title: Text
  purpose: Text
  verified: boolean
  retention: Text
  fields: { path: string; label: Text; sensitivity: string; source: { document: string; article?: string }; own_source: boolean; sees: string[]; masked: string[] }[]
  state: 'not_needed' | 'missing' | 'changed' | 'due' | 'current'
  latest: Assessment | null
}
