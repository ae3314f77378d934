// What a place used, was permitted and held, as the server computes it now.
import type { Text as Both } from '@/i18n'

export interface Figure { formula: string; element: string; of: Both; title: Both; value: string | null; unit: string }
export interface Standing {
  rule: string
  title: Both
  place: { code: string; name: Both }
  holders: { code: string; name: Both }[]
  period: string
  outcome: 'computed' | 'not_assessed' | 'missing'
  missing: string[]
  breach: boolean | null
  figures: Figure[]
  verified: boolean
  example: boolean
}
export interface Through { period: string; outcome: string; breach: boolean | null; figures: Figure[] }

/** One pollutant (or the whole, where the rule has no index): its figures by formula. */
export interface Element { code: string; name: Both; by: Map<string, Figure> }

const zero = (figure?: Figure) => figure?.value === '0'

/** Only what concerns the place: without use, permit and rights it is left out. */
export function elements(figures: Figure[]): Element[] {
  const out = new Map<string, Element>()
  for (const one of figures) {
    const element = out.get(one.element) ?? { code: one.element, name: one.of, by: new Map() }
    element.by.set(one.formula, one)
    out.set(one.element, element)
  }
  const all = [...out.values()]
  const apart = all.filter((e) => e.code)
  if (!apart.length) return all
  return apart.filter((e) => !(zero(e.by.get('total')) && zero(e.by.get('permit')) && zero(e.by.get('held'))))
}

export const number = (figure?: Figure): number | null => (figure?.value === null || figure?.value === undefined ? null : Number(figure.value))

/** What is set against the limit, and the limit: what was used against the permit, or what was surrendered against what is due. */
export const usedOf = (e?: Element) => (e?.by.get('surrendered') ?? e?.by.get('total'))
export const limitOf = (e?: Element) => e?.by.get(e.by.has('surrendered') ? 'total' : 'permit')

/** How the use stands to the tighter of the two limits: over, near (from nine tenths on), within, or unknown. Of a surrender
 *  also lacking: the day has not come, and what is held does not cover what is due. */
export type Verdict = 'over' | 'lacking' | 'near' | 'within' | 'unknown'
export const order: Verdict[] = ['over', 'unknown', 'lacking', 'near', 'within']
export const tone = { over: 'seal', unknown: 'amber', lacking: 'amber', near: 'amber', within: 'leaf' } as const
/** The words for it, by key: of a surrender there is no limit to be over or near. */
export const wordOf = (v: Verdict, e?: Element) => `compliance.${e?.by.has('surrendered') ? 'of_due.' : ''}${v}`
export function verdict(e: Element): Verdict {
  const over = ['over_permit', 'over_rights', 'breach'].map((name) => e.by.get(name)?.value)
  if (over.includes('true')) return 'over'
  const used = number(e.by.get('total'))
  if (used === null || over.includes(null)) return 'unknown'
  const outstanding = e.by.get('outstanding')
  if (outstanding) return number(outstanding) === 0 ? 'within' : number(e.by.get('shortfall')) ? 'lacking' : 'near'
  const limits = [number(e.by.get('permit')), number(e.by.get('held'))].filter((x) => x !== null)
  return limits.some((limit) => used >= 0.9 * limit) ? 'near' : 'within'
}
