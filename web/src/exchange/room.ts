// What happens in an auction or a round, as the server tells it: its course and its clock.
import { computed, ref, type Ref } from 'vue'
import { stream, type Told } from './stream'
import type { CourseEvent } from './types'

export function room(at: () => string, kind: 'auction' | 'smart', news: (event: CourseEvent) => void): Told & { events: Ref<CourseEvent[]> } {
  const heard = ref(new Map<number, CourseEvent>())
  const told = stream<CourseEvent>(() => `${at()}/events`, kind, (one) => {
    if (heard.value.has(one.number)) return
    heard.value.set(one.number, one)
    news(one)
  }, () => (heard.value = new Map()))
  return { ...told, events: computed(() => [...heard.value.values()].sort((a, b) => a.number - b.number)) }
}
