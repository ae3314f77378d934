// A list of the server read page by page, for a table that asks for more as one scrolls.
import { computed, ref, type Ref, type WatchSource } from 'vue'
import { get, type Page, type Query } from '@/api/client'
import { resource, type Resource } from '@/resource'

export interface List<T> {
  state: Resource<T[]>
  more: Ref<(() => Promise<void>) | null>
}

export function list<T>(path: string | (() => string), query: () => Query = () => ({}), when: WatchSource[] = []): List<T> {
  const cursor = ref<string | null>(null)
  const at = () => (typeof path === 'string' ? path : path())
  const state = resource<T[]>(async (signal) => {
    const page = await get<Page<T>>(at(), { limit: 100, ...query() }, signal)
    cursor.value = page.next
    return page.items
  }, when)
  async function next(): Promise<void> {
    const asked = cursor.value
    if (!asked) return
    const page = await get<Page<T>>(at(), { limit: 100, ...query(), cursor: asked })
    // A reload in between has begun a new list: this page is no part of it.
    if (cursor.value !== asked) return
    cursor.value = page.next
    state.data.value = [...(state.data.value ?? []), ...page.items]
  }
  return { state, more: computed(() => (cursor.value ? next : null)) }
}
