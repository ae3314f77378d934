// Limits of a standard as the server lists them, made into bands for a chart.
import type { Limit } from './series'

/** Takes the first standard with limits per class; for phosphorus the column of the kind of water. */
export function limitsOf(found: unknown, water: string): Limit[] {
  const f = (found ?? {}) as Record<string, unknown>
  const list = (Array.isArray(found) ? found : Array.isArray(f.items) ? f.items : Array.isArray(f.limits) ? f.limits : []) as Record<string, unknown>[]
  const out: Limit[] = []
  for (const one of list) {
    const kind = String(one.water ?? one.water_kind ?? one.river_or_lake ?? '')
    if (kind && kind !== water && kind !== 'any') continue
    const bound = one.limit ?? one.value ?? one.upper ?? one.max ?? one.lower ?? one.min
    const value = Number(bound)
    if (!one.class || bound === null || bound === undefined || !Number.isFinite(value)) continue
    const least = one.direction === 'at_least' || one.least === true || one.sense === 'min' || one.lower !== undefined && one.upper === undefined
    out.push({ class: String(one.class), value, least })
  }
  // The same bound for two classes (dissolved oxygen has none) would make an empty band.
  return out.filter((l, n) => out.findIndex((x) => x.class === l.class) === n)
}
