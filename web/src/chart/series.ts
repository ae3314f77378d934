// The chart of a series: readings with their flags, limits of the standard as bands of the classes.
import type { Observation } from '@/api/types'
import { className, instant, value, type ClassKey } from '@/format'
import { t, word } from '@/i18n'
import { colour } from '@/theme'

export interface Limit {
  class: string
  /** Upper bound, or with `least` the lower one (dissolved oxygen). */
  value: number
  least?: boolean
}

export const counted = (o: Observation) => o.value !== null && o.value !== '' && (o.flag === 'valid' || o.flag === 'below_limit')

function bands(limits: Limit[], low: number, high: number): object[] {
  const least = limits.some((l) => l.least)
  const sorted = [...limits].sort((a, b) => (least ? b.value - a.value : a.value - b.value))
  const out: object[] = []
  const band = (name: string, from: number, to: number) => {
    if (from === to) return
    out.push([{ yAxis: from, itemStyle: { color: colour(`class-${name}`), opacity: 0.17 }, name: className(name), label: { show: true, position: 'right', distance: 6, color: colour('ink-2'), fontSize: 11 } }, { yAxis: to }])
  }
  let at = least ? high : low
  for (const l of sorted) {
    if (least ? l.value < at : l.value > at) {
      const edge = least ? Math.max(l.value, low) : Math.min(l.value, high)
      band(l.class, at, edge)
      at = edge
    }
    if (at === (least ? low : high)) return out
  }
  band('inferior' satisfies ClassKey, at, least ? low : high)
  return out
}

export function seriesOption(readings: Observation[], unit: string, limits: Limit[], narrow: boolean): Record<string, unknown> {
  const at = (o: Observation) => Date.parse(o.time)
  const good = readings.filter(counted)
  const rest = readings.filter((o) => !counted(o) && o.value !== null && o.value !== '')
  const values = [...good, ...rest].map((o) => Number(o.value)).filter(Number.isFinite)
  const top = Math.max(...values, 0)
  const bottom = Math.min(...values, top)
  const next = limits.map((l) => l.value).filter((v) => v > top).sort((a, b) => a - b)[0]
  const high = Math.max(top * 1.15, next !== undefined && next < top * 1.6 ? next : 0) || 1
  const step = 10 ** Math.floor(Math.log10(high)) / 5
  const low = bottom > 0 && bottom > top * 0.5 ? Math.floor((bottom * 0.95) / step) * step : Math.min(0, bottom)
  const ink = colour('ink-2')
  const line = colour('line')
  const tip = (o: Observation) => [instant(o.time), `${value(o.value, unit)}`, word('flag', o.flag), o.origin?.file ? `${o.origin.file} · ${t('derivation.row', { n: o.origin.row ?? '' })}` : '', o.origin?.raw ? `${t('readings.raw')}: ${o.origin.raw}` : ''].filter(Boolean).join('\n')
  return {
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: ink },
    grid: { left: 8, right: limits.length ? 52 : 16, top: 34, bottom: narrow ? 8 : 46, containLabel: true },
    legend: { top: 0, left: 0, textStyle: { color: ink }, itemGap: 18 },
    tooltip: {
      trigger: 'item', renderMode: 'richText', confine: true, backgroundColor: colour('ink'), borderWidth: 0, textStyle: { color: colour('paper'), fontSize: 12 },
      formatter: (p: { seriesIndex: number; dataIndex: number }) => tip((p.seriesIndex === 0 ? good : rest)[p.dataIndex]!),
    },
    xAxis: { type: 'time', axisLine: { lineStyle: { color: line } }, axisLabel: { color: ink, hideOverlap: true }, splitLine: { show: false } },
    yAxis: { type: 'value', min: low, max: high, axisLabel: { color: ink, formatter: (v: number) => String(Number(v.toPrecision(3))) }, splitLine: { lineStyle: { color: line } } },
    dataZoom: narrow ? [{ type: 'inside' }] : [{ type: 'inside' }, { type: 'slider', height: 18, bottom: 8, borderColor: line, fillerColor: colour('river-soft'), backgroundColor: colour('surface'), handleStyle: { color: colour('surface'), borderColor: colour('river') }, moveHandleStyle: { color: colour('line-strong') }, dataBackground: { lineStyle: { color: line }, areaStyle: { color: colour('sunken') } }, selectedDataBackground: { lineStyle: { color: colour('river') }, areaStyle: { color: colour('river-soft') } }, textStyle: { color: ink } }],
    series: [
      {
        name: t('readings.counted'), type: 'line', data: good.map((o) => [at(o), Number(o.value)]), showSymbol: good.length < 200, symbol: 'circle', symbolSize: 6,
        itemStyle: { color: colour('river') }, lineStyle: { width: 1.6 },
        markArea: { silent: true, data: bands(limits, low, high) },
      },
      { name: t('readings.flagged'), type: 'scatter', data: rest.map((o) => [at(o), Number(o.value)]), symbol: 'circle', symbolSize: 8, itemStyle: { color: colour('surface'), borderColor: colour('seal'), borderWidth: 2 } },
    ],
  }
}
