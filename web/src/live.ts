// Changes that others make, told by the server as events. Pages that show such things load again.
import { onUnmounted } from 'vue'
import { address } from '@/api/client'

type Listener = (kind: string, data: Record<string, unknown>) => void
const listeners = new Set<Listener>()
let stream: EventSource | null = null

function begin(): void {
  if (stream || !listeners.size) return
  stream = new EventSource(address('/events'))
  for (const kind of ['statement', 'job', 'import', 'case', 'report'])
    stream.addEventListener(kind, (event) => {
      let data: Record<string, unknown> = {}
      try {
        data = JSON.parse((event as MessageEvent<string>).data) as Record<string, unknown>
      } catch {
        // An event without content still says that something changed.
      }
      listeners.forEach((call) => call(kind, data))
    })
  // A server without events answers with an error; the pages then show what they loaded.
  stream.onerror = () => {
    if (stream?.readyState === EventSource.CLOSED) stream = null
  }
}

export function live(call: Listener): void {
  listeners.add(call)
  begin()
  onUnmounted(() => {
    listeners.delete(call)
    if (!listeners.size) {
      stream?.close()
      stream = null
    }
  })
}
