import { computed, effect, signal } from '@preact/signals'
import { query, setQuery } from './url.ts'

const system = signal<'light' | 'dark'>('light')
if (typeof matchMedia === 'function') {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const read = () => {
    system.value = dark.matches ? 'dark' : 'light'
  }
  read()
  dark.addEventListener('change', read)
}

export const theme = computed(() => {
  const asked = query.value.get('theme')
  return asked === 'dark' || asked === 'light' ? asked : system.value
})

effect(() => {
  document.documentElement.dataset.theme = theme.value
})

export function toggleTheme(): void {
  setQuery({ theme: theme.value === 'dark' ? 'light' : 'dark' })
}
