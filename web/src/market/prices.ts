// The chart of a market: the close of each day with what it lay between, and below it how much was dealt.
import { day, number } from '@/format'
import { t } from '@/i18n'
import { colour } from '@/theme'
import type { Day } from './types'

export function pricesOption(days: Day[], unit: string): Record<string, unknown> {
  const ink = colour('ink-2')
  const line = colour('line')
  const names = days.map((d) => day(d.day))
  const closes = days.map((d) => Number(d.closing))
  const low = Math.min(...days.map((d) => Number(d.low ?? d.closing)))
  const high = Math.max(...days.map((d) => Number(d.high ?? d.closing)))
  const room = Math.max((high - low) * 0.15, high * 0.01)
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    grid: [{ left: 56, right: 12, top: 30, height: '48%' }, { left: 56, right: 12, top: '74%', height: '16%' }],
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true, backgroundColor: colour('ink'), borderWidth: 0, textStyle: { color: colour('paper'), fontSize: 12 },
      formatter: (all: { dataIndex: number }[]) => {
        const d = days[all[0]!.dataIndex]!
        return [names[all[0]!.dataIndex], `${t('market.closing')} ${number(d.closing)} ${unit}`, d.high ? `${t('market.low')} – ${t('market.high')} ${number(d.low)} – ${number(d.high)}` : '', `${t('market.quantity')} ${number(d.quantity + d.bulk_quantity)}`].filter(Boolean).join('\n')
      },
    },
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    xAxis: [0, 1].map((gridIndex) => ({ type: 'category', gridIndex, data: names, axisLabel: { show: gridIndex === 1, color: ink, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: line } } })),
    yAxis: [
      { name: unit, nameTextStyle: { color: ink, align: 'left', padding: [0, 0, 0, -48] }, min: Math.floor(low - room), max: Math.ceil(high + room), splitNumber: 3, axisLabel: { color: ink, formatter: (v: number) => number(v) }, splitLine: { lineStyle: { color: line } } },
      { gridIndex: 1, splitNumber: 1, axisLabel: { show: false }, splitLine: { show: false } },
    ],
    series: [
      { name: t('market.closing'), type: 'line', data: closes, symbolSize: 6, lineStyle: { color: colour('river'), width: 2 }, itemStyle: { color: colour('river') } },
      { name: t('market.quantity'), type: 'bar', xAxisIndex: 1, yAxisIndex: 1, data: days.map((d) => d.quantity + d.bulk_quantity), itemStyle: { color: colour('line-strong') }, barMaxWidth: 18 },
    ],
  }
}
