// Who is signed in, and what they may do.
import { computed, ref } from 'vue'
import { get, post, Problem, remove, setCsrf } from '@/api/client'
import type { Session } from '@/api/types'
import { draftsOf, remember } from '@/keep'

export const session = ref<Session | null>(null)
let asked: Promise<void> | null = null
// Whether this browser has signed in before. Where it never has, there is nobody to ask the server about.
const known = remember('signed_in', false)

function take(found: Session): void {
  draftsOf(found.user.id)
  session.value = found
  known.value = true
  setCsrf(found.csrf)
}

/** Asks the server who is signed in; nobody is no error. */
export function loadSession(again = false): Promise<void> {
  if (!known.value) return Promise.resolve()
  if (again) asked = null
  asked ??= get<Session>('/session').then(take, (error: unknown) => {
    session.value = null
    if (error instanceof Problem && error.status === 401) known.value = false
    else {
      asked = null
      throw error
    }
  })
  return asked
}

export async function signIn(name: string, password: string, totp?: string): Promise<void> {
  take(await post<Session>('/session', totp ? { name, password, totp } : { name, password }))
  asked = Promise.resolve()
}

export async function signOut(): Promise<void> {
  try {
    await remove('/session')
  } finally {
    ended()
  }
}

export function ended(): void {
  session.value = null
  known.value = false
  asked = Promise.resolve()
  setCsrf('')
}

export const can = (permission: string): boolean => session.value?.permissions.includes(permission) ?? false
/** Whether a page of the console may be opened, by its address's meta. */
export function mayOpen(meta: { permission?: string; whole?: boolean }): boolean {
  if (meta.permission === undefined) return true
  return meta.whole ? (session.value?.permissions_whole.includes(meta.permission) ?? false) : can(meta.permission)
}
export const examples = computed(() => session.value?.examples ?? false)
