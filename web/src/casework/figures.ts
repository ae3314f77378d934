// Where figures for an article of the plan are computed today. Of the others it is said that nothing is.
import { can } from '@/session'

const doors: Record<number, { name: string; needs: string }[]> = {
  9: [{ name: 'statements', needs: 'statements.read' }, { name: 'ledger', needs: 'ledger.read' }, { name: 'whatif', needs: 'whatif.run' }],
  12: [{ name: 'readings', needs: 'readings.read' }, { name: 'map', needs: 'readings.read' }],
}
export const computes = (article: number): boolean => article in doors
export const figuresOf = (article: number) => (doors[article] ?? []).filter((d) => can(d.needs))
