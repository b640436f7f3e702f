import { computed, effect } from '@preact/signals'
import { query, setQuery } from '../state/url.ts'
import { en } from './en.ts'
import { zh } from './zh.ts'

export type Key = keyof typeof en

export const lang = computed(() => (query.value.get('lang') === 'zh' ? 'zh' : 'en'))

effect(() => {
  document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en'
})

export function t(key: Key, params: Readonly<Record<string, string | number>> = {}): string {
  const text: string = (lang.value === 'zh' ? zh : en)[key]
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(params[name] ?? place))
}

export function toggleLanguage(): void {
  setQuery({ lang: lang.value === 'zh' ? undefined : 'zh' })
}
