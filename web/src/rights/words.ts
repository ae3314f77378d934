// How the registry's figures are written, and the chart of what is held by month.
import { number, period } from '@/format'
import { locale, t, text } from '@/i18n'
import { colour } from '@/theme'
import type { Change, MonthHeld, Part, States, Transaction } from './types'

/** Where what is held stands, in the order in which it is stacked: what may be used for anything lies lowest. */
export const states = ['free', 'unpaid', 'leased', 'locked', 'reserved', 'pledged', 'frozen'] as const
export type StateName = (typeof states)[number]
const colours: Record<StateName, string> = { free: 'river', unpaid: 'class-I', leased: 'leaf', locked: 'ink-3', reserved: 'class-IV', pledged: 'class-V', frozen: 'seal' }

export const monthOf = (index: number): string => `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`
export const indexOf = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1
/** The end is not included: the last month or year that is. */
export const last = (to: string): string => (to.length === 7 ? monthOf(indexOf(to) - 1) : String(Number(to) - 1))
export function span(from: string, to: string): string {
  if (!from) return ''
  const end = to ? last(to) : from
  return end === from ? period(from) : `${period(from)} – ${period(end)}`
}
export const measure = (m: string): string => {
  const known: Record<string, [string, string]> = { 'kg/yr': ['千克/年', 'kg/yr'], 't CO2e': ['吨二氧化碳当量', 't CO₂e'], 'm³': ['立方米', 'm³'] }
  return known[m]?.[locale.value === 'zh' ? 0 : 1] ?? m
}
export const quantity = (n: number, m: string): string => `${number(n)} ${measure(m)}`
/** What moved, as one says it: the same rate over months once, parts of a stock added up. */
export function moved(parts: Part[], m: string): string {
  if (!parts.length) return ''
  const flow = parts[0]!.from.length === 7
  const amount = flow ? Math.max(...parts.map((p) => p.amount)) : parts.reduce((sum, p) => sum + p.amount, 0)
  return quantity(amount, m)
}
/** Of a vintage that ends: what is issued again as a later one, in the same transaction. */
export const carriedText = (x: Transaction): string => (x.carried ? t('right.carried', { what: quantity(x.carried.quantity, x.measure), vintage: String(x.carried.vintage) }) : '')
export const when = (parts: Part[]): string => (parts.length ? span(parts[0]!.from, parts.at(-1)!.to) : '')
export const shown = (rows: States[]): StateName[] => states.filter((s) => s === 'free' || rows.some((r) => r[s] > 0))

export function heldOption(rows: MonthHeld[], unit: string, narrow: boolean): Record<string, unknown> {
  const sorted = [...rows].sort((a, b) => a.month.localeCompare(b.month))
  const first = indexOf(sorted[0]!.month)
  const months = Array.from({ length: indexOf(sorted.at(-1)!.month) - first + 1 }, (_, i) => monthOf(first + i))
  const by = new Map(sorted.map((r) => [r.month, r]))
  const ink = colour('ink-2')
  const line = colour('line')
  const used = shown(rows)
  const without = months.filter((m) => by.get(m)?.permit_holds === false)
  const now = monthOf(indexOf(new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)))
  return {
    animation: false,
    aria: { enabled: true, decal: { show: used.length > 1 } },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    grid: { left: 8, right: 12, top: narrow ? 58 : 36, bottom: 8, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: ink }, itemGap: 14, data: used.map((s) => t(`right.state.${s}`)) },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: colour('ink'), borderWidth: 0, textStyle: { color: colour('paper'), fontSize: 12 },
      formatter: (points: { dataIndex: number }[]) => {
        const month = months[points[0]!.dataIndex]!
        const row = by.get(month)
        return [period(month), ...(row ? used.filter((s) => row[s]).map((s) => `${t(`right.state.${s}`)} ${number(row[s])}`) : []), `${t('right.held')} ${quantity(row?.held ?? 0, unit)}`].join('\n')
      },
    },
    xAxis: { type: 'category', data: months, axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: ink, hideOverlap: true, formatter: (m: string) => (narrow ? m.slice(2) : period(m)) } },
    yAxis: { type: 'value', axisLabel: { color: ink, formatter: (v: number) => number(v) }, splitLine: { lineStyle: { color: line } } },
    series: used.map((s, n) => ({
      name: t(`right.state.${s}`), type: 'bar', stack: 'held', barCategoryGap: months.length > 24 ? '8%' : '20%', itemStyle: { color: colour(colours[s]) },
      data: months.map((m) => by.get(m)?.[s] ?? 0),
      ...(n === 0 && {
        markLine: months.includes(now) ? { silent: true, symbol: 'none', label: { formatter: t('right.this_month'), color: ink }, lineStyle: { color: ink, type: 'dashed' }, data: [{ xAxis: now }] } : undefined,
        markArea: without.length ? { silent: true, itemStyle: { color: colour('seal'), opacity: 0.12 }, label: { show: true, color: colour('seal'), position: 'insideTop' }, data: [[{ xAxis: without[0], name: t('right.permit_over') }, { xAxis: without.at(-1) }]] } : undefined,
      }),
    })),
  }
}

/** What a change sets, in one line. */
export function changeText(c: Change): string {
  const what = c.instrument ? text(c.instrument.name) : ''
  switch (c.kind) {
    case 'cap': return [what, span(c.from, c.to), c.project, quantity(c.quantity, c.measure)].filter(Boolean).join(' · ')
    case 'saving': return [what, c.account, c.saving, quantity(c.quantity, c.measure)].filter(Boolean).join(' · ')
    case 'permit': return [c.account, c.permit, c.permit_to && t('right.permit_until', { month: period(c.permit_to) })].filter(Boolean).join(' · ')
    case 'trust': case 'distrust': return [`${c.account} → ${c.trusted}`, c.delay_days && t('right.after_days', { n: c.delay_days })].filter(Boolean).join(' · ')
    case 'status': return `${c.account} → ${text(c.status_title)}`
    default: return [c.account, c.owner ? text(c.owner.name) : '', text(c.type_title)].filter(Boolean).join(' · ')
  }
}

/** Made once for what is asked: sending it twice does no harm. */
export const freshKey = (): string =>
  `${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7).replace('-', '')}-${Array.from(crypto.getRandomValues(new Uint8Array(4)), (b) => b.toString(16).padStart(2, '0')).join('')}`.toUpperCase()
