// What a browser remembers between visits: choices, and drafts (keys that begin with «draft.»), which belong to the person
// who wrote them. Storage that is refused is no error.
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

/** Signing out keeps drafts for the same person's next visit; whoever else signs in here finds none of them. */
export function draftsOf(user: string): void {
  try {
    if (localStorage.getItem('tributary.drafts_of') === user) return
    for (const key of Object.keys(localStorage)) if (key.startsWith('tributary.draft.')) localStorage.removeItem(key)
    localStorage.setItem('tributary.drafts_of', user)
  } catch {
    // Where nothing can be kept there are no drafts.
  }
}
