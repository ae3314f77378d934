// Something the server is asked for: its state while loading, when it came, and when it was refused.
import { getCurrentInstance, onUnmounted, shallowRef, watch, type ShallowRef, type WatchSource } from 'vue'
import { Problem } from '@/api/client'

export interface Resource<T> {
  data: ShallowRef<T | null>
  error: ShallowRef<Problem | null>
  loading: ShallowRef<boolean>
  reload: () => Promise<void>
}

/** Loads at once, and again whenever one of `when` changes; `first` is shown until then. A late answer to an old question is dropped;
 * where `data` was set meanwhile, by what a step or a save came back with, the answer may be older than that, so the question is asked again. */
export function resource<T>(load: (signal: AbortSignal) => Promise<T>, when: WatchSource[] = [], first: T | null = null): Resource<T> {
  const data = shallowRef<T | null>(first)
  const error = shallowRef<Problem | null>(null)
  const loading = shallowRef(true)
  let abort = new AbortController()
  async function ask(anew: boolean): Promise<void> {
    abort.abort()
    const before = data.value
    const mine = (abort = new AbortController())
    loading.value = true
    try {
      const found = await load(mine.signal)
      if (mine.signal.aborted) return
      if (!anew && data.value !== before) return await ask(false)
      data.value = found
      error.value = null
    } catch (problem) {
      if (mine.signal.aborted) return
      error.value = problem instanceof Problem ? problem : new Problem(0, 'web.failed', problem instanceof Error ? problem.message : String(problem))
    } finally {
      if (!mine.signal.aborted) loading.value = false
    }
  }
  if (getCurrentInstance()) onUnmounted(() => abort.abort())
  if (when.length) watch(when, () => void ask(true))
  const reload = () => ask(false)
  void reload()
  return { data, error, loading, reload }
}
