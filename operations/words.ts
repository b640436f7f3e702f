export const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1000))} s`

/** `2026-11-21T10:00:00Z` */
export const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')

export const percent = (share: number): string => `${Math.round(100 * share)} %`

/** `2 jobs`, `1 job` */
export const counted = (count: number, one: string): string =>
  `${count} ${one}${count === 1 ? '' : 's'}`
