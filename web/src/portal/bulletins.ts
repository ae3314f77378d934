// What the server says of bulletins and prices, and the chart of the prices of a market.
import { term } from '@/exchange/words'
import { day as dayOf, number } from '@/format'
import { t, type Text } from '@/i18n'
import type { Priced } from '@/smart/types'
import { colour } from '@/theme'

interface Right { instrument: { code: string; name: Text }; measure: string; from: string | null; to: string | null; vintage: number | null; project: string; lease?: boolean }
export interface DayPrices extends Right {
  day: string; market: number; title: Text
  open: string | null; high: string | null; low: string | null; close: string
  quantity: number; amount: string; deals: number; bulk_quantity: number; bulk_amount: string; bulk_deals: number
}
export interface BulletinLine { day: string; running: boolean; markets: number; deals: number; amount: string; auctions: number; rounds: number; halts: number }
export interface Bulletin {
  day: string
  running: boolean
  markets: DayPrices[]
  auctions: (Right & { number: number; title: Text; side: 'sale' | 'buy_back'; supply: number; sold: number; price: string | null; state: string; at: string })[]
  rounds: (Right & { number: number; title: Text; bids: number; bought: number; rent: string; prices: (Priced & { zone: string; period: string; sold_for: string; used_for: string })[]; state: string; at: string })[]
  halts: { market: number; title: Text; at: string; resumed: boolean; until: string | null; reason: string }[]
  totals: (Right & { kind: string; kind_title: Text; quantity: number; transactions: number })[]
}

/** Months or vintage of what is traded. */
export const goods: (a: Right) => string = term

/** Closing prices as a line, what was dealt as bars beneath. Rows oldest first. */
export function priceOption(rows: DayPrices[], unit: string): Record<string, unknown> {
  const ink = colour('ink-2')
  const line = colour('line')
  const at = rows.map((r) => r.day)
  const axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false } }
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    legend: { top: 0, left: 0, textStyle: { color: ink }, itemGap: 18 },
    grid: [{ left: 8, right: 16, top: 40, height: '52%', containLabel: true }, { left: 8, right: 16, bottom: 8, height: '22%', containLabel: true }],
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: colour('ink'), borderWidth: 0, textStyle: { color: colour('paper'), fontSize: 12 },
      formatter: (p: { dataIndex: number }[]) => {
        const r = rows[p[0]!.dataIndex]!
        return [dayOf(r.day), `${t('prices.close')} ${number(r.close)} ${unit}`, r.open === null ? t('prices.untraded') : `${t('prices.low')} ${number(r.low)} – ${t('prices.high')} ${number(r.high)}`, `${t('prices.quantity')} ${number(r.quantity)}`].join('\n')
      },
    },
    xAxis: [{ type: 'category', data: at, ...axis, axisLabel: { show: false } }, { type: 'category', gridIndex: 1, data: at, ...axis, axisLabel: { color: ink, hideOverlap: true } }],
    yAxis: [
      { type: 'value', scale: true, axisLabel: { color: ink }, splitLine: { lineStyle: { color: line } } },
      { type: 'value', gridIndex: 1, axisLabel: { color: ink, hideOverlap: true }, splitNumber: 2, splitLine: { lineStyle: { color: line } } },
    ],
    series: [
      { name: t('prices.close'), type: 'line', data: rows.map((r) => Number(r.close)), symbol: 'circle', symbolSize: 6, showSymbol: rows.length < 120, itemStyle: { color: colour('river') }, lineStyle: { width: 1.6 } },
      { name: t('prices.quantity'), type: 'bar', xAxisIndex: 1, yAxisIndex: 1, data: rows.map((r) => r.quantity), itemStyle: { color: colour('river'), opacity: 0.55 }, barMaxWidth: 18 },
    ],
  }
}
export const priceUnit = (r: { from: string | null; measure: string }, measure: (code: string) => string): string => (r.from ? t('auction.per_tonne_year') : t('auction.per_unit', { unit: measure(r.measure) }))
