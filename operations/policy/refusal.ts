/** Why something is not done, for programs; the reason beside it is for people. */
export const refusalCodes = [
  'off',
  'recording',
  'stale',
  'unknown-health',
  'not-running',
  'kind',
  'moved',
  'direction',
  'fixed',
  'bounds',
  'slots',
  'confidence',
  'leader',
  'hold',
  'taken-back-before',
  'failed-before',
  'window',
  'excluded',
  'incident',
  'under-way',
  'cooldown',
  'rate',
  'scheduler',
  'conflict',
  'unreachable',
] as const
export type RefusalCode = (typeof refusalCodes)[number]

export interface Refusal {
  readonly code: RefusalCode
  readonly reason: string
}

export const refuse = (code: RefusalCode, reason: string): Refusal => ({ code, reason })
