// How units and origins of figures are said.
import { unitName } from '@/format'
import { t } from '@/i18n'

const said = ['CNY', 'ind', 'ha']
export const unitOf = (unit: string): string => (said.includes(unit) ? t(`report.unit.${unit}`) : unitName(unit))

/** What the system made a figure from: "cases:annual-task", "readings:codmn:mean:3/4", "ledger:received:2". */
export function madeFrom(detail: string): string {
  const parts = detail.split(':')
  if (parts[0] === 'readings') {
    const [used, of] = (parts[3] ?? '').split('/')
    return t('report.from.readings', { used: used ?? '', of: of ?? '' })
  }
  if (parts[0] === 'ledger') return parts[2] === 'none' ? t('report.from.ledger_none') : t('report.from.ledger', { n: parts[2] ?? '' })
  return t(`report.from.${parts[0]}`)
}
