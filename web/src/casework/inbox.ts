// What is due from me, shared by the menu's count, the first page and the inbox itself.
import { computed, shallowRef, watch } from 'vue'
import { get, Problem, type Page } from '@/api/client'
import { session } from '@/session'
import type { InboxItem } from './types'

export const first = shallowRef<Page<InboxItem> | null>(null)
export const failed = shallowRef<Problem | null>(null)
let read = 0

/** Asks again, at most every quarter of a minute unless something was done. */
export async function readInbox(now = false): Promise<void> {
  if (!session.value || session.value.user.must_change_password || (!now && Date.now() - read < 15_000)) return
  read = Date.now()
  try {
    first.value = await get<Page<InboxItem>>('/inbox', { limit: 100 })
    failed.value = null
  } catch (error) {
    failed.value = error instanceof Problem ? error : new Problem(0, 'web.failed', String(error))
  }
}
let soon: ReturnType<typeof setTimeout> | undefined
/** Somebody did something somewhere: in a few seconds, not all browsers at once. */
export function readSoon(then: () => void = () => undefined): void {
  soon ??= setTimeout(() => {
    soon = undefined
    void readInbox(true).then(then)
  }, 1000 + Math.random() * 4000)
}
export const count = computed(() => (first.value?.items.length ? `${first.value.items.length}${first.value.next ? '+' : ''}` : ''))

watch(() => session.value?.user.id, (now, before) => {
  if (now === before) return
  first.value = null
  read = 0
})
