// How numbers, money, days and periods are written, in one place. Money stays text: never a floating-point number.
import { locale, t, word } from '@/i18n'

const minus = '\u2212'

/** "1000000.5" → "1,000,000.50"; whatever is no decimal stays as it is. */
export function money(amount: string | number | null | undefined): string {
  if (amount === null || amount === undefined || amount === '') return '—'
  const m = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(amount))
  if (!m) return String(amount)
  return (m[1] ? minus : '') + grouped(m[2]!) + '.' + (m[3] ?? '').padEnd(2, '0')
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Yuan as a clerk would say it: 500,000 → 50 万元; en: ¥500,000. */
export function moneyShort(amount: string): string {
  const n = Number(amount)
  if (!Number.isFinite(n)) return amount
  if (locale.value === 'en') return `${n < 0 ? minus : ''}¥${Math.abs(n).toLocaleString('en', { maximumFractionDigits: 2 })}`
  const abs = Math.abs(n)
  const short = (x: number) => x.toLocaleString('zh', { maximumFractionDigits: 2 }).replace('-', minus)
  if (abs >= 1e8) return `${short(n / 1e8)} 亿元`
  if (abs >= 1e4) return `${short(n / 1e4)} 万元`
  return `${short(n)} 元`
}

/** A value of the derivation with its unit; long fractions are cut for the eye, the whole stays in the title. */
export function value(raw: string | number | null | undefined, unit = '', digits = 8): string {
  if (raw === null || raw === undefined || raw === '') return '—'
  const s = String(raw)
  if (s === 'missing') return t('word.missing')
  const known = word('value', s)
  if (known !== s) return known
  if (/^(I|II|III|IV|V|worse_V|inferior)$/.test(s)) return className(s)
  const m = /^(≈?)(-?)(\d+)(?:\.(\d+))?$/.exec(s)
  if (!m) return s + (unit && unit !== '1' ? ` ${unitName(unit)}` : '')
  const cut = m[4] && m[4].length > digits
  const fraction = m[4] ? '.' + m[4].slice(0, digits) : ''
  const number = (m[1] || cut ? '≈ ' : '') + (m[2] ? minus : '') + grouped(m[3]!) + fraction
  return number + (unit && unit !== '1' ? ` ${unitName(unit)}` : '')
}

export function unitName(unit: string): string {
  return unit.replace(/\bCNY\b/g, t('unit.yuan')).replace(/ug\/m3/g, 'µg/m³').replace(/m3/g, 'm³')
}

export function number(x: number | string | null | undefined, digits = 4): string {
  if (x === null || x === undefined || x === '') return '—'
  const n = Number(x)
  if (!Number.isFinite(n)) return String(x)
  return n.toLocaleString(locale.value, { maximumFractionDigits: digits }).replace('-', minus)
}

/** I … V and inferior to V as people write them. */
export function className(name: string | null | undefined): string {
  if (!name || name === '-') return t('class.none')
  return t(`class.${classKey(name)}`)
}

export type ClassKey = 'I' | 'II' | 'III' | 'IV' | 'V' | 'inferior' | 'none'

export function classKey(name: string | null | undefined): ClassKey {
  if (!name) return 'none'
  if (/^(inferior|worse_V|劣)/.test(name)) return 'inferior'
  return /^(I|II|III|IV|V)$/.test(name) ? (name as ClassKey) : 'none'
}

/** 2020-10 → 2020年10月 / Oct 2020; 2016-Q1 → 2016年第1季度 / Q1 2016. */
export function period(p: string | null | undefined): string {
  if (!p) return '—'
  let m = /^(\d{4})-(\d{2})$/.exec(p)
  if (m) return locale.value === 'zh' ? `${m[1]}年${Number(m[2])}月` : `${month(Number(m[2]))} ${m[1]}`
  m = /^(\d{4})-Q(\d)$/.exec(p)
  if (m) return locale.value === 'zh' ? `${m[1]}年第${m[2]}季度` : `Q${m[2]} ${m[1]}`
  m = /^(\d{4})$/.exec(p)
  if (m) return locale.value === 'zh' ? `${p}年` : p
  return p
}

function month(n: number): string {
  return new Date(Date.UTC(2020, n - 1, 1)).toLocaleString('en', { month: 'short', timeZone: 'UTC' })
}

export function day(d: string | null | undefined): string {
  if (!d) return '—'
  const m = /^(\d{4})-(\d{2})-(\d{2})/.exec(d)
  if (!m) return d
  if (m[1] === '9999') return t('word.open_end')
  return locale.value === 'zh' ? `${m[1]}年${Number(m[2])}月${Number(m[3])}日` : `${Number(m[3])} ${month(Number(m[2]))} ${m[1]}`
}

/** From a day to the day before `to`, as people say it: «2018年1月1日 至 2021年12月31日». */
export function days(from: string | null | undefined, to: string | null | undefined): string {
  if (!to || to.startsWith('9999')) return t('word.since', { day: day(from) })
  const last = new Date(Date.parse(`${to.slice(0, 10)}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10)
  return `${day(from)} ${t('word.until')} ${day(last)}`
}

/** An instant in the time of Shanghai, to the minute. */
export function instant(at: string | number | null | undefined): string {
  if (at === null || at === undefined || at === '') return '—'
  const date = new Date(typeof at === 'number' ? at * 1000 : at)
  if (Number.isNaN(date.getTime())) return String(at)
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' })
  return parts.format(date)
}

/** Days from today in Shanghai to a day: 0 on the day itself, -1 the day after. */
export function daysUntil(d: string): number {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' }).format(new Date())
  return Math.round((Date.parse(`${d.slice(0, 10)}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / 86_400_000)
}
