// Pages that show more of an article's figures than its own page does.
import { can } from '@/session'

const doors: Record<number, { name: string; needs: string }[]> = {
  9: [{ name: 'statements', needs: 'statements.read' }, { name: 'ledger', needs: 'ledger.read' }, { name: 'whatif', needs: 'whatif.run' }],
  12: [{ name: 'readings', needs: 'readings.read' }, { name: 'map', needs: 'readings.read' }, { name: 'reports', needs: 'reports.read' }],
  13: [{ name: 'reports', needs: 'reports.read' }],
}
export const figuresOf = (article: number) => (doors[article] ?? []).filter((d) => can(d.needs))
