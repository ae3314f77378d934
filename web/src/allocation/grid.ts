// A table as one types it: headings and cells, addressed as a spreadsheet does.
import { computed, ref } from 'vue'
import { locale } from '@/i18n'

export interface Grid {
  heads: string[]
  rows: string[][]
}

/** Columns that mean something, as they are headed in the two languages; any other is a criterion. */
const known: [string, string][] = [['单位', 'unit'], ['账户', 'account'], ['上级', 'parent'], ['现状', 'current'], ['需求', 'demand'], ['下限', 'floor'], ['上限', 'cap'], ['产量', 'activity'], ['基准', 'benchmark'], ['权重', 'weight'], ['一次费用', 'cost_linear'], ['二次费用', 'cost_quadratic'], ['最大削减', 'max_cut'], ['分组', 'group'], ['排放量', 'emission'], ['产出', 'output']]
/** A heading in the language shown; a criterion stays as it is. */
export function heading(name: string): string {
  const found = known.find((pair) => pair.includes(name))
  return found ? found[locale.value === 'zh' ? 0 : 1] : name
}

/** 0 → A, 26 → AA. */
export function letters(column: number): string {
  let out = ''
  for (let c = column + 1; c > 0; c = Math.floor((c - 1) / 26)) out = String.fromCharCode(65 + ((c - 1) % 26)) + out
  return out
}

/** The heading is row 1. */
export const addressOf = (row: number, column: number): string => `${letters(column)}${row + 2}`

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

/** As the server reads it; rows without anything in them stand as blank lines, so that addresses stay. */
export const csvOf = (grid: Grid): string => [grid.heads, ...grid.rows].map((row) => row.map(quoted).join(',')).join('\n') + '\n'

/** What a spreadsheet puts on the clipboard: cells parted by tabs, rows by line ends; quotes where a cell holds either. */
export function pasted(text: string): string[][] {
  const out: string[][] = [[]]
  let cell = ''
  let inside = false
  const plain = text.replaceAll('\r\n', '\n').replace(/\n$/, '')
  for (let i = 0; i < plain.length; i++) {
    const c = plain[i]!
    if (inside) {
      if (c === '"' && plain[i + 1] === '"') (cell += '"'), i++
      else if (c === '"') inside = false
      else cell += c
    } else if (c === '"' && cell === '') inside = true
    else if (c === '\t' || c === '\n') {
      out.at(-1)!.push(cell.trim())
      cell = ''
      if (c === '\n') out.push([])
    } else cell += c
  }
  out.at(-1)!.push(cell.trim())
  return out
}

export const fromRows = (heads: string[], rows: Record<string, string>[]): Grid => ({ heads: heads.map(heading), rows: rows.map((row) => heads.map((head) => row[head] ?? '')) })

/** A grid that is edited; every change makes a new value, so that it can be watched. */
export function useGrid(first: Grid) {
  const grid = ref<Grid>(first)
  const set = (change: (g: Grid) => void): void => {
    const next: Grid = { heads: [...grid.value.heads], rows: grid.value.rows.map((row) => [...row]) }
    change(next)
    grid.value = next
  }
  return {
    grid,
    replace: (to: Grid) => (grid.value = to),
    setCell: (row: number, column: number, text: string) => set((g) => (g.rows[row]![column] = text)),
    setHead: (column: number, text: string) => set((g) => (g.heads[column] = text)),
    addRow: () => set((g) => g.rows.push(g.heads.map(() => ''))),
    removeRow: (row: number) => set((g) => g.rows.splice(row, 1)),
    addColumn: (head: string) => set((g) => (g.heads.push(head), g.rows.forEach((row) => row.push('')))),
    removeColumn: (column: number) => set((g) => (g.heads.splice(column, 1), g.rows.forEach((row) => row.splice(column, 1)))),
    /** From a cell on; a paste whose first row begins in the heading replaces headings. Rows and columns grow as needed. */
    paste: (row: number, column: number, cells: string[][]) =>
      set((g) => {
        cells.forEach((line, r) =>
          line.forEach((text, c) => {
            const at = column + c
            while (g.heads.length <= at) g.heads.push(''), g.rows.forEach((one) => one.push(''))
            if (row + r < 0) return void (g.heads[at] = text)
            while (g.rows.length <= row + r) g.rows.push(g.heads.map(() => ''))
            g.rows[row + r]![at] = text
          }),
        )
      }),
    filled: computed(() => grid.value.rows.some((row) => row.some(Boolean))),
  }
}
