// What is due from me, shared by the menu's count, the first page and the inbox itself.
import { computed, shallowRef, watch } from 'vue'
import { all, get, Problem, type Page } from '@/api/client'
import type { ReportHead } from '@/reporting/types'
import { can, session } from '@/session'
import type { Due, InboxItem } from './types'

export const first = shallowRef<Page<InboxItem> | null>(null)
/** Reports to fill in or to approve: beside the cases, by the same deadline. */
export const reports = shallowRef<ReportHead[]>([])
export const failed = shallowRef<Problem | null>(null)
let read = 0

/** Asks again, at most every quarter of a minute unless something was done. */
export async function readInbox(now = false): Promise<void> {
  if (!session.value || session.value.user.must_change_password || (!now && Date.now() - read < 15_000)) return
  read = Date.now()
  try {
    const asked = can('reports.act') ? all<ReportHead>('/reports') : Promise.resolve([])
    const cases = await get<Page<InboxItem>>('/inbox', { limit: 100 })
    reports.value = (await asked).filter((r) => r.asks)
    first.value = cases
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
export const count = computed(() => {
  const n = (first.value?.items.length ?? 0) + reports.value.length
  return n ? `${n}${first.value?.next ? '+' : ''}` : ''
})
/** Cases stand in the server's order; each report before the first case that ends later. */
export function together(cases: InboxItem[], of: ReportHead[]): Due[] {
  const out: Due[] = []
  const rest = [...of]
  const end = (due: string | null) => due ?? '9999'
  for (const one of cases) {
    while (rest.length && end(rest[0]!.due) < end(one.due)) out.push({ key: rest[0]!.id, report: rest.shift()! })
    out.push({ key: String(one.id), case: one })
  }
  return [...out, ...rest.map((report) => ({ key: report.id, report }))]
}
export const due = computed(() => together(first.value?.items ?? [], reports.value))

watch(() => session.value?.user.id, (now, before) => {
  if (now === before) return
  first.value = null
  reports.value = []
  read = 0
})
