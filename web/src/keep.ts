// What a browser remembers between visits: choices and drafts. Storage that is refused is no error.
import { ref, watch, type Ref } from 'vue'

export function remember<T>(key: string, start: T): Ref<T> {
  const name = `tributary.${key}`
  let first = start
  try {
    const kept = localStorage.getItem(name)
    if (kept !== null) first = JSON.parse(kept) as T
  } catch {
    // Broken or refused: start afresh.
  }
  const out = ref(first) as Ref<T>
  watch(
    out,
    (now) => {
      try {
        localStorage.setItem(name, JSON.stringify(now))
      } catch {
        // Full or refused: the choice holds for this visit.
      }
    },
    { deep: true },
  )
  return out
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(`tributary.${key}`)
  } catch {
    // Nothing kept, nothing to forget.
  }
}
