// A form that proposes a transaction: the server says while one types what would refuse it; sent off, it waits for approval.
import { ref, watch, type Ref } from 'vue'
import { post, Problem, told } from '@/api/client'
import { t } from '@/i18n'
import { say } from '@/parts/toast'
import type { Refusal, Transaction } from './types'

export interface Checked {
  /** What speaks against it; nothing while the form is not filled in. */
  against: Ref<Refusal[] | null>
  checking: Ref<boolean>
  busy: Ref<boolean>
  error: Ref<string>
  /** The proposal when it was taken. */
  send: () => Promise<Transaction | null>
}

/** `body`: what is sent, or nothing while something is missing; `missing`: what a «not found» of the check means. */
export function checked(form: Ref<{ reason: string }>, body: () => Record<string, unknown> | null, missing = ''): Checked {
  const against = ref<Refusal[] | null>(null)
  const checking = ref(false)
  const busy = ref(false)
  const error = ref('')
  let asked = 0
  let timer = 0
  async function check(): Promise<void> {
    const now = body()
    const mine = ++asked
    error.value = ''
    if (!now) {
      against.value = null
      return
    }
    checking.value = true
    try {
      const answer = await post<{ refusals: Refusal[] }>('/rights/check', now)
      if (mine === asked) against.value = answer.refusals
    } catch (problem) {
      if (mine !== asked) return
      against.value = null
      error.value = missing && problem instanceof Problem && problem.status === 404 ? missing : told(problem)
    } finally {
      if (mine === asked) checking.value = false
    }
  }
  watch(form, () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void check(), 350)
  }, { deep: true })
  async function send(): Promise<Transaction | null> {
    const now = body()
    if (!now || !form.value.reason.trim()) {
      error.value = t('right.fill_in')
      return null
    }
    busy.value = true
    error.value = ''
    try {
      const made = await post<Transaction>('/rights/transactions', now)
      say(t('right.sent'))
      return made
    } catch (problem) {
      await check()
      error.value = told(problem)
      return null
    } finally {
      busy.value = false
    }
  }
  return { against, checking, busy, error, send }
}
