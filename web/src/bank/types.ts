// What the server tells of the bank. Amounts are yuan as text.
import type { Text } from '@/i18n'

export interface Named { code: string; name: Text }
export interface BankAccount { account: string; title: Text; bank: Text; owner: Named | null; clearing: string; verified: boolean; example: boolean; source: string }
export interface Waiting { subject: string; payee: Named; amount: string; for: Text; has_payee: boolean }
export type BatchState = 'drafted' | 'approved' | 'acknowledged' | 'refused' | 'withdrawn'
export interface Batch { batch: number; account: string; layout: string; state: BatchState; lines: number; amount: string; sha256: string; made_by: string; made: string; approved_by: string; approved: string | null; acknowledged: string }
export interface Instruction { batch: number; line: number; reference: string; subject: string; payee: Named; amount: string; state: 'open' | 'paid' | 'failed' | 'withdrawn' }
export type EntryState = 'matched' | 'proposed' | 'unmatched' | 'not_ours'
export interface Entry { account: string; serial: string; day: string; amount: string; balance: string | null; other_account: string | null; other_name: string | null; remark: string | null; state: EntryState; subject: string | null; note: Text; file: string; line: number }
export interface Proposal { proposal: number; what: 'batch' | 'withdraw' | 'failed' | 'payee' | 'assign'; subject: string; target: string; reason: string; by: string; at: string; state: string; decided_by: string; note: string }
export interface Imported { rows: number; known: number; matched: number; proposed: number; unmatched: number; sha256: string }
export interface Reconciliation { account: string; day: string; bank: string; ledger: string; differences: { why: string; title: Text; subject: string | null; amount: string }[]; unexplained: string }
