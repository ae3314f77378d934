// Whether something public stands, and since when it does not.
import { day } from '@/format'
import { t, word } from '@/i18n'
import type { Archived, Standing } from './types'

export const noticeKinds = ['notice', 'village', 'result', 'policy', 'experience']
export const standings: Standing[] = ['standing', 'corrected', 'over', 'withdrawn']
export const standingTone = (s: Standing): 'leaf' | 'amber' | 'seal' | 'plain' => ({ standing: 'leaf', corrected: 'amber', over: 'plain', withdrawn: 'seal' } as const)[s]

export function standingWords(n: Pick<Archived, 'standing' | 'until' | 'withdrawn'>): string {
  if (n.standing === 'withdrawn') return t('archive.withdrawn_on', { day: day(n.withdrawn) })
  if (n.standing === 'over') return t('archive.over_on', { day: day(n.until) })
  return word('standing', n.standing)
}
