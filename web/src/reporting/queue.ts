// Figures on their way: each is kept in the browser before it is sent, so that a reload or a lost connection loses nothing.
// Where somebody else changed the same cell, both figures wait for the person's choice.
import { computed, onUnmounted, ref, shallowRef, watch, type Ref } from 'vue'
import { get, post, Problem, told } from '@/api/client'
import { text } from '@/i18n'
import { remember } from '@/keep'
import type { Entry, Pending, Report } from './types'

const same = (a: Pending, b: Entry) => a.kind === b.kind && a.reason === b.reason && a.explanation === b.explanation && (a.value === b.value || (a.kind === 'value' && b.kind === 'value' && a.value !== '' && Number(a.value) === Number(b.value)))

export function queue(report: Ref<Report | null>, id: string) {
  const pending = remember<Record<string, Pending>>(`draft.report.${id}`, {})
  const wrong = ref<Record<string, string>>({})
  const failed = ref('')
  const offline = ref(!navigator.onLine)
  const busy = ref(false)
  const waiting = shallowRef(0)
  const conflicts = computed(() => Object.keys(pending.value).filter((code) => {
    const theirs = report.value?.values[code]
    return theirs !== undefined && theirs.version !== pending.value[code]!.seen && !same(pending.value[code]!, theirs)
  }))
  const sendable = () => Object.entries(pending.value).filter(([code]) => !conflicts.value.includes(code) && !wrong.value[code])

  function later(after: number): void {
    clearTimeout(waiting.value)
    waiting.value = window.setTimeout(() => void send(), after)
  }
  function set(code: string, change: Partial<Pending>): void {
    const now = report.value?.values[code]
    if (!now) return
    const before = pending.value[code] ?? { kind: now.kind, value: now.value, reason: now.reason, explanation: now.explanation, seen: now.version }
    wrong.value = { ...wrong.value, [code]: '' }
    pending.value = { ...pending.value, [code]: { ...before, ...change } }
    later(600)
  }
  function drop(codes: string[]): void {
    pending.value = Object.fromEntries(Object.entries(pending.value).filter(([code]) => !codes.includes(code)))
  }
  /** Mine: it goes on top of theirs, which was seen. */
  function choose(code: string, mine: boolean): void {
    const theirs = report.value?.values[code]
    if (!mine || !theirs) drop([code])
    else set(code, { seen: theirs.version })
  }
  async function send(): Promise<void> {
    const list = sendable()
    if (busy.value || !list.length) return
    busy.value = true
    const sent = Object.fromEntries(list)
    try {
      report.value = await post<Report>(`/reports/${id}/values`, { changes: list.map(([element, change]) => ({ element, ...change })) })
      offline.value = false
      failed.value = ''
      for (const [code, change] of Object.entries(pending.value)) {
        if (!sent[code]) continue
        if (change === sent[code]) drop([code])
        else pending.value = { ...pending.value, [code]: { ...change, seen: report.value.values[code]!.version } } // typed on meanwhile
      }
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem
      offline.value = problem.status === 0
      failed.value = problem.status === 0 ? '' : told(problem)
      if (problem.status === 409) report.value = await get<Report>(`/reports/${id}`).catch(() => report.value)
      else for (const fault of problem.faults) if (sent[fault.field]) wrong.value = { ...wrong.value, [fault.field]: text(fault.message) }
    } finally {
      busy.value = false
      if (sendable().length) later(failed.value ? 4000 : offline.value ? 3000 : 300)
    }
  }
  // What an earlier visit left behind goes as soon as the report is there.
  watch(() => report.value !== null, (there) => there && later(0), { immediate: true })
  const back = () => {
    offline.value = !navigator.onLine
    later(0)
  }
  window.addEventListener('online', back)
  window.addEventListener('offline', back)
  onUnmounted(() => {
    clearTimeout(waiting.value)
    window.removeEventListener('online', back)
    window.removeEventListener('offline', back)
  })
  return { pending, wrong, failed, offline, busy, conflicts, set, choose, send }
}
