import type { Text } from '@/i18n'

export interface Organisation { id: string; name: Text | string; kind: string; parent?: string; jurisdiction?: string; party?: string; active?: boolean; source?: string; version?: number }
export interface Role { key: string; title: Text | string; scope?: string; permissions: string[]; excludes?: string[] }
export interface User { id: string; name: string; display_name: Text | string; organisation: string | { id: string; name: Text | string }; roles: string[] | { key: string; title: Text | string }[]; state: string; must_change_password?: boolean; totp_enabled?: boolean; last_sign_in?: string | null }
export interface AuditEntry { id: string; at: string; who: string; via: string; address: string; action: string; object: string; outcome: string; detail: string }

export const roleKeys = (u: User) => u.roles.map((r) => (typeof r === 'string' ? r : r.key))
export const organisationId = (u: User) => (typeof u.organisation === 'string' ? u.organisation : (u.organisation?.id ?? ''))
