// What a table knows about a column, and how rows become a CSV file in the browser.
export interface Column<Row> {
  key: string
  title: string
  /** Text of the cell: shown, searched, sorted and exported. */
  of: (row: Row) => string | number | null | undefined
  /** What to sort by when the text does not say it. */
  by?: (row: Row) => string | number
  number?: boolean
  /** Offers the values that occur as a filter. */
  choose?: boolean
  hidden?: boolean
  /** Never broken into lines: days, states, names of months. */
  tight?: boolean
  /** On a phone the first such column heads the card. */
  head?: boolean
}

/** A cell that begins like a formula would run in a spreadsheet: it gets an apostrophe. Numbers stay. */
function cell(raw: string): string {
  const safe = /^[=+\-@\t\r]/.test(raw) && !/^-?[\d.,]+$/.test(raw) ? `'${raw}` : raw
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function csv<Row>(columns: Column<Row>[], rows: Row[]): string {
  const lines = [columns.map((c) => cell(c.title)).join(',')]
  for (const row of rows) lines.push(columns.map((c) => cell(String(c.of(row) ?? ''))).join(','))
  return '\ufeff' + lines.join('\r\n') + '\r\n'
}

export function save(content: string | Blob, name: string, type = 'text/csv;charset=utf-8'): void {
  const url = URL.createObjectURL(typeof content === 'string' ? new Blob([content], { type }) : content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

export function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'zh-CN', { numeric: true })
}
