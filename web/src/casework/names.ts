// Names of what forms point at: organisations, parties, places, roles. Each list is asked for once a visit.
import { shallowRef, type ShallowRef } from 'vue'
import { all } from '@/api/client'
import { text, type Text } from '@/i18n'

export type Book = 'organisation' | 'party' | 'place' | 'role'
interface Entry { scope?: string; code?: string; key?: string; name?: Text | string; title?: Text | string }

const paths: Record<Book, string> = { organisation: '/directory', party: '/parties', place: '/places', role: '/roles' }
/** Roles whose holders act only for their own organisation. */
export const own = shallowRef(new Set<string>())
const books = new Map<Book, ShallowRef<Map<string, Text | string> | null>>()

/** The list, empty until it has come; what may not be read stays empty, and codes are then shown as they are. */
export function book(of: Book): ShallowRef<Map<string, Text | string> | null> {
  const known = books.get(of)
  if (known) return known
  const out = shallowRef<Map<string, Text | string> | null>(null)
  books.set(of, out)
  void all<Entry>(paths[of]).then(
    (list) => {
      out.value = new Map(list.map((e) => [e.code ?? e.key ?? '', e.name ?? e.title ?? '']))
      if (of === 'role') own.value = new Set(list.filter((e) => e.scope === 'own').map((e) => e.key ?? ''))
    },
    () => {
      out.value = new Map()
      books.delete(of)
    },
  )
  return out
}

export const nameOf = (of: Book, code: string): string => text(book(of).value?.get(code)) || code
