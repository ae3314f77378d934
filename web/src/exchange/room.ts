// What happens in an auction, as the server tells it: its course and its clock.
import { computed, ref, type Ref } from 'vue'
import { stream, type Told } from './stream'
import type { AuctionEvent } from './types'

export function room(number: () => number, news: (event: AuctionEvent) => void): Told & { events: Ref<AuctionEvent[]> } {
  const heard = ref(new Map<number, AuctionEvent>())
  const told = stream<AuctionEvent>(() => `/auctions/${number()}/events`, 'auction', (one) => {
    if (heard.value.has(one.number)) return
    heard.value.set(one.number, one)
    news(one)
  }, () => (heard.value = new Map()))
  return { ...told, events: computed(() => [...heard.value.values()].sort((a, b) => a.number - b.number)) }
}
