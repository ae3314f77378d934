// A round that renews itself: by what the server tells of it, and when by the server's clock another phase begins.
import { computed, watch, type Ref } from 'vue'
import { get } from '@/api/client'
import { room } from '@/exchange/room'
import type { Told } from '@/exchange/stream'
import type { CourseEvent, Phase } from '@/exchange/types'
import { resource, type Resource } from '@/resource'
import type { SmartTerms } from './types'

export function live<T extends SmartTerms>(at: () => string): Pick<Told, 'connected' | 'now'> & { round: Resource<T>; events: Ref<CourseEvent[]>; phase: Ref<Phase> } {
  const round = resource<T>((signal) => get<T>(at(), {}, signal), [at])
  const { events, connected, now, told } = room(at, 'smart', (e) => {
    // What the round was loaded with is no news.
    if (!round.data.value || Date.parse(e.at) >= Date.parse(round.data.value.now)) void round.reload()
  })
  watch(round.data, (found) => found && told(found.now))
  const phase = computed<Phase>(() => {
    const r = round.data.value!
    if (r.state !== 'announced') return r.state as Phase
    return now.value < Date.parse(r.opens) ? 'announced' : now.value < Date.parse(r.closes) ? 'bidding' : 'over'
  })
  // What one may do changes with the hour.
  watch(() => (round.data.value ? phase.value : ''), (is, was) => was && is !== was && void round.reload())
  return { round, events, connected, now, phase }
}
