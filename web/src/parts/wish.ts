// A bid or an order while it is made: what it comes to is asked of the server as one types, and it is sent once.
import { ref, watch, type Ref, type WatchSource } from 'vue'
import { post, told } from '@/api/client'

type Body = Record<string, unknown>

/** The server's quote of `body` (null: not complete yet) at `path`/quote, asked again when the body changes or `again` does. A
 *  late answer to an earlier question is dropped. */
export function useQuote<Quote>(path: () => string, body: () => Body | null, again: WatchSource = () => 0): { quote: Ref<Quote | null>; error: Ref<string> } {
  const quote = ref(null) as Ref<Quote | null>
  const error = ref('')
  let wait = 0
  let asked = 0
  watch([() => JSON.stringify(body()), again], ([wish], [before]) => {
    window.clearTimeout(wait)
    const turn = ++asked
    if (wish !== before) error.value = ''
    const of = body()
    if (!of) {
      quote.value = null
      return
    }
    wait = window.setTimeout(async () => {
      try {
        const found = await post<Quote>(`${path()}/quote`, of)
        if (turn === asked) quote.value = found
      } catch (problem) {
        if (turn === asked) error.value = told(problem)
      }
    }, 250)
  })
  return { quote, error }
}

/** One key for one wish, however often the button is pressed or the line is lost; another for another wish, and after `sent`. */
export function useKey(): { of: (body: Body) => string; sent: () => void } {
  let key = ''
  let wish = ''
  return {
    of(body) {
      const now = JSON.stringify(body)
      if (now !== wish) [key, wish] = [crypto.randomUUID(), now]
      return key
    },
    sent: () => (wish = ''),
  }
}
