// Who leads an article; where no document says it, that is said.
import { t, text } from '@/i18n'
import type { Article } from './types'

export const leads = (a: Article): string => (a.lead.length ? t('plan.led', { whom: a.lead.map((l) => text(l.name)).join(t('word.and')) }) : t('plan.lead_unknown'))
