// Events of one auction or market as the server tells them, and its clock. After a lost connection the browser asks for what
// it has not heard; where it must begin anew it hears all of it again. Nothing is lost either way.
import { computed, onUnmounted, ref, watch, type Ref } from 'vue'
import { address } from '@/api/client'

export interface Told { connected: Ref<boolean>; now: Ref<number>; told: (at: string) => void }

/** `begun`: another one is watched now. */
export function stream<T>(path: () => string, kind: string, heard: (one: T) => void, begun: () => void = () => {}): Told {
  const connected = ref(false)
  // The browser's clock may be wrong: only how far it has run since the server told the time is used.
  const base = ref({ server: Date.now(), ran: performance.now() })
  const ran = ref(performance.now())
  const told = (at: string) => (base.value = { server: Date.parse(at), ran: performance.now() })
  let source: EventSource | null = null
  let again = 0

  function open(): void {
    source?.close()
    source = new EventSource(address(path()))
    source.addEventListener('open', () => (connected.value = true))
    source.addEventListener('clock', (event) => told((JSON.parse((event as MessageEvent<string>).data) as { now: string }).now))
    source.addEventListener(kind, (event) => heard(JSON.parse((event as MessageEvent<string>).data) as T))
    source.addEventListener('error', () => {
      connected.value = false
      // Refused, as by a server that is just starting: the browser would not ask again by itself.
      if (source?.readyState === EventSource.CLOSED) again = window.setTimeout(open, 3000)
    })
  }
  function end(): void {
    window.clearTimeout(again)
    source?.close()
  }
  watch(path, () => {
    end()
    begun()
    open()
  }, { immediate: true })
  const tick = window.setInterval(() => (ran.value = performance.now()), 500)
  onUnmounted(() => {
    window.clearInterval(tick)
    end()
  })
  return { connected, now: computed(() => base.value.server + ran.value - base.value.ran), told }
}

/** 1:02:03 until then; nothing once it is past. */
export function countdown(until: string, now: number): string {
  const left = Math.ceil((Date.parse(until) - now) / 1000)
  if (left <= 0) return ''
  const two = (n: number) => String(n).padStart(2, '0')
  const days = Math.floor(left / 86_400)
  return `${days ? `${days} · ` : ''}${two(Math.floor(left / 3600) % 24)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`
}
