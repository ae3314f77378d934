// What the parts of a case's page share: the case, its documents, and whether personal values may be looked at.
import { inject, provide, type InjectionKey, type Ref } from 'vue'
import type { Case, Document } from './types'

interface Shared {
  of: Ref<Case>
  documents: Ref<Document[]>
  added: (d: Document) => void
}
const key: InjectionKey<Shared> = Symbol('case')
export const share = (what: Shared) => provide(key, what)
export const shared = (): Shared => inject(key)!
