// Light, dark, or as the machine is set.
import { ref, watchEffect } from 'vue'
import { remember } from '@/keep'

export type Theme = 'auto' | 'light' | 'dark'
export const theme = remember<Theme>('theme', 'auto')
export const dark = ref(false)
const machine = matchMedia('(prefers-color-scheme: dark)')

function apply(): void {
  dark.value = theme.value === 'dark' || (theme.value === 'auto' && machine.matches)
  document.documentElement.classList.toggle('dark', dark.value)
}

export function followTheme(): void {
  machine.addEventListener('change', apply)
  watchEffect(apply)
}

/** A colour of the palette as it is now, for canvases that know no variables. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
