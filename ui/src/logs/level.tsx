import type { LogLevel } from '../../../core/model/logs.ts'
import { Sev } from '../shared/severity.tsx'

export type Weight = 'error' | 'warn' | 'info'

/** How loud a level is; a line that says none is as quiet as INFO. */
export function weightOf(level: LogLevel | 'other' | '' | undefined): Weight {
  if (level === 'ERROR' || level === 'FATAL') return 'error'
  return level === 'WARN' ? 'warn' : 'info'
}

const words = { error: 'lv-e', warn: 'lv-w', info: 'lv-i' } as const

export function Mark({ level }: { readonly level: LogLevel | '' | undefined }) {
  const weight = weightOf(level)
  if (weight === 'info') return <span />
  return <Sev of={weight === 'error' ? 'crit' : 'major'} />
}

export function Level({ level }: { readonly level: LogLevel | '' | undefined }) {
  return <span class={words[weightOf(level)]}>{level ?? ''}</span>
}
