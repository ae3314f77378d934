// Limits of a standard as the server lists them, made into bands for a chart.
import type { Limit } from './series'

interface Item {
  sense: 'at_most' | 'at_least' | 'range' | 'none'
  /** Absent: for every kind of water. */
  water: string | null
  classified: boolean
  limits: { class: string; limit: string }[]
}

/** The bounds of the classes for this kind of water; none where the standard sets no classes. */
export function limitsOf(found: { items: Item[] }, water: string): Limit[] {
  const item = found.items.find((i) => i.classified && i.limits.length > 0 && (i.water === null || i.water === water))
  if (!item || (item.sense !== 'at_most' && item.sense !== 'at_least')) return []
  return item.limits.map((l) => ({ class: l.class, value: Number(l.limit), least: item.sense === 'at_least' }))
}
