// Short notes that something was done, read out to screen readers. Errors that need an answer stand where they arose.
import { ref } from 'vue'

export interface Toast {
  id: number
  text: string
  bad: boolean
}
export const toasts = ref<Toast[]>([])
let count = 0

export function say(text: string, bad = false): void {
  const id = ++count
  toasts.value.push({ id, text, bad })
  setTimeout(() => (toasts.value = toasts.value.filter((x) => x.id !== id)), bad ? 9000 : 4500)
}
