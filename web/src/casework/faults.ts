// Faults of a form, each beside its field: «members[2].share» belongs to row 2 of the table «members».
import { Problem } from '@/api/client'
import { text } from '@/i18n'
import type { Fields } from './types'

export type Errors = Record<string, string>

export function faultsOf(error: unknown): Errors {
  const out: Errors = {}
  if (!(error instanceof Problem)) return out
  for (const fault of error.faults) {
    const path = fault.field.replace(/^values\./, '')
    out[path] ??= text(fault.message)
  }
  if (!error.faults.length && error.where?.field) out[error.where.field] = text(error.detail)
  return out
}

export const fieldOf = (path: string): string => path.split(/[.[]/)[0]!

/** Those with no input on the page, said as «label: what is wrong». */
export function elsewhere(errors: Errors, here: string[], fields: Fields): string[] {
  return Object.entries(errors).filter(([path]) => path !== 'reason' && !here.includes(fieldOf(path))).map(([path, what]) => {
    const label = text(fields[fieldOf(path)]?.['x-label'])
    return label && !what.includes(label) ? `${label}: ${what}` : what
  })
}

/** To the first field that is wrong. */
export function show(errors: Errors, prefix: string): void {
  const first = Object.keys(errors)[0]
  if (!first) return
  const cell = /^(\w+)\[(\d+)\]\.(\w+)$/.exec(first)
  const at = document.getElementById(cell ? `${prefix}-${cell[1]}-${Number(cell[2]) - 1}-${cell[3]}` : `${prefix}-${fieldOf(first)}`)
  at?.focus()
  at?.scrollIntoView({ block: 'center' })
}
