// Texts of the pages in zh-CN (first) and en. A key is a path in zh.json and en.json; tests/keys.mjs checks both.
import { ref } from 'vue'

export type Locale = 'zh' | 'en'
/** A text as the server gives it: both languages, or one already chosen. */
export type Text = { zh: string; en: string }
type Tree = { [key: string]: string | Tree }

const remembered = 'tributary.locale'
export const locale = ref<Locale>(first())
const texts = ref<Tree>({})

function first(): Locale {
  const asked = new URLSearchParams(location.search).get('lang') ?? read(remembered)
  if (asked === 'zh' || asked === 'en') return asked
  return navigator.language.toLowerCase().startsWith('zh') || !navigator.language ? 'zh' : 'en'
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Loads the texts of a language, shows it, and keeps the choice for the next visit. */
export async function setLocale(to: Locale): Promise<void> {
  const loaded = to === 'zh' ? await import('./zh.json') : await import('./en.json')
  texts.value = loaded.default as Tree
  locale.value = to
  document.documentElement.lang = to === 'zh' ? 'zh-CN' : 'en'
  try {
    localStorage.setItem(remembered, to)
  } catch {
    // Private windows may refuse storage; the choice then holds for this visit.
  }
}

function find(key: string): string | undefined {
  let at: string | Tree | undefined = texts.value
  for (const part of key.split('.')) at = typeof at === 'object' ? at[part] : undefined
  return typeof at === 'string' ? at : undefined
}

/** The text of a key; `{name}` in it is replaced from `values`. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  const found = find(key)
  if (found === undefined) return key
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The text of a key where there is one, else the word itself: for words that come from data. */
export function word(prefix: string, name: string): string {
  return find(`${prefix}.${name}`) ?? name
}

/** Whether a word from data has a text. */
export const said = (prefix: string, name: string): boolean => find(`${prefix}.${name}`) !== undefined

/** What was refused and what to do about it, as one reads it. */
export const sentences = (...parts: string[]): string => parts.filter(Boolean).map((p) => p.replace(/[。.]$/, '')).join(locale.value === 'zh' ? '；' : '; ')

/** A text of the server in the language shown. */
export function text(from: Text | string | null | undefined): string {
  if (!from) return ''
  if (typeof from === 'string') return from
  return from[locale.value] || from.zh || from.en || ''
}
