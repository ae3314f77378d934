// A list of the server read page by page, for a table that asks for more as one scrolls. However long the list is, a
// page holds one window of it: what stands before and after is a step away and not in memory.
import { computed, ref, watch, type Ref, type WatchSource } from 'vue'
import { get, type Page, type Query } from '@/api/client'
import { resource, type Resource } from '@/resource'
import { session } from '@/session'

const page = 100
const span = 500 // rows of a window; the server gives as many at once

export interface Turn {
  /** The number of the first row shown, from 1. */
  first: number
  earlier: (() => Promise<void>) | null
  later: (() => Promise<void>) | null
}
export interface List<T> {
  state: Resource<T[]>
  more: Ref<(() => Promise<void>) | null>
  turn: Ref<Turn>
}

/** What a list showed when it was left, so that going back shows the same place at once. It is then read again. */
interface Left {
  items: unknown[]
  starts: (string | null)[]
  next: string | null
}
const left = new Map<string, Left>()
watch(() => session.value?.user.id, () => left.clear())

function keep(key: string, what: Left): void {
  left.delete(key)
  left.set(key, what)
  if (left.size > 20) left.delete(left.keys().next().value!)
}

/** While the path is empty, so is the list. */
export function list<T>(path: string | (() => string), query: () => Query = () => ({}), when: WatchSource[] = []): List<T> {
  const at = () => (typeof path === 'string' ? path : path())
  // The place in the browser's history: only going back to it finds what was left there.
  const name = () => `${(history.state as { position?: number } | null)?.position ?? ''} ${at()} ${JSON.stringify(query())}`
  let key = name()
  const found = left.get(key) as (Left & { items: T[] }) | undefined
  const starts = ref<(string | null)[]>(found?.starts ?? [null])
  const cursor = ref<string | null>(found?.next ?? null)
  let rows = found?.items.length ?? 0
  const state = resource<T[]>(
    async (signal) => {
      const now = name()
      if (now !== key) [key, starts.value, rows] = [now, [null], 0]
      if (!at()) return []
      const from = starts.value
      const answer = await get<Page<T>>(at(), { limit: Math.max(page, rows), ...query(), cursor: from.at(-1) }, signal)
      cursor.value = answer.next
      rows = answer.items.length
      keep(now, { items: answer.items, starts: from, next: answer.next })
      return answer.items
    },
    when,
    found?.items ?? null,
  )
  async function next(): Promise<void> {
    const asked = cursor.value
    if (!asked) return
    const answer = await get<Page<T>>(at(), { limit: page, ...query(), cursor: asked })
    // A reload in between has begun a new list: this page is no part of it.
    if (cursor.value !== asked) return
    cursor.value = answer.next
    const items = [...(state.data.value ?? []), ...answer.items]
    rows = items.length
    keep(key, { items, starts: starts.value, next: answer.next })
    state.data.value = items
  }
  function window(to: (string | null)[]): Promise<void> {
    starts.value = to
    rows = span
    return state.reload()
  }
  const full = computed(() => (state.data.value?.length ?? 0) >= span)
  return {
    state,
    more: computed(() => (cursor.value && !full.value ? next : null)),
    turn: computed(() => ({
      first: (starts.value.length - 1) * span + 1,
      earlier: starts.value.length > 1 ? () => window(starts.value.slice(0, -1)) : null,
      later: cursor.value && full.value ? () => window([...starts.value, cursor.value]) : null,
    })),
  }
}
