// What somebody typed and has not saved: kept in the browser, without personal values, until it is saved or taken back.
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { forget, remember } from '@/keep'
import type { Fields, Row, Values } from './types'
import { blank, personal } from './words'

/** Personal values never stay behind in a browser that others may use. */
function keepable(fields: Fields, values: Values): Values {
  const out: Values = {}
  for (const [name, value] of Object.entries(values)) {
    const field = fields[name]
    if (!field || personal(field)) continue
    const columns = field.items?.properties
    out[name] = columns && Array.isArray(value) ? (value as Row[]).map((row) => Object.fromEntries(Object.entries(row).filter(([c]) => columns[c] && !personal(columns[c]!)))) : value
  }
  return out
}

/** A table with empty rows is as good as without them; an emptied field is no value. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => typeof one !== 'object' || Object.values(one as Row).some((v) => !blank(v))).map((one) => (typeof one === 'object' ? Object.fromEntries(Object.entries(one as Row).filter(([, v]) => !blank(v))) : one))
  return blank(value) ? null : value
}
const same = (a: unknown, b: unknown) => JSON.stringify(plain(blank(a) ? null : a)) === JSON.stringify(plain(blank(b) ? null : b))

export interface Draft {
  values: ComputedRef<Values>
  changed: ComputedRef<string[]>
  set: (name: string, value: unknown) => void
  /** Only what differs from what the server has, without empty rows. */
  patch: () => Values
  clear: () => void
}

/** `base`: what the server has; `fields`: what may be changed. */
export function draft(key: string, fields: () => Fields, base: () => Values): Draft {
  const kept = remember<Values>(`draft.${key}`, {})
  const typed: Ref<Values> = ref({ ...kept.value })
  const changed = computed(() => Object.keys(typed.value).filter((name) => name in fields() && !same(typed.value[name], base()[name])))
  watch([typed, base], () => (kept.value = keepable(fields(), Object.fromEntries(changed.value.map((name) => [name, typed.value[name]])))), { deep: true })
  return {
    values: computed(() => ({ ...base(), ...typed.value })),
    changed,
    set: (name, value) => (typed.value = { ...typed.value, [name]: value }),
    patch: () => Object.fromEntries(changed.value.map((name) => {
      const value = plain(typed.value[name])
      return [name, Array.isArray(value) && !value.length ? null : value]
    })),
    clear: () => {
      typed.value = {}
      forget(`draft.${key}`)
    },
  }
}
