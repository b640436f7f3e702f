import { z } from 'zod'
import { type Match, matchConfig } from '../alerts/match.ts'

/** What people send to change what is told. */

const LONGEST_SILENCE_MS = 90 * 86_400_000
const epochMs = z.int('must be epoch milliseconds').min(0)

const asksSomething = (match: Match) =>
  Object.values(match).some((list) => list !== undefined && list.length > 0)

/** `POST /alerts/silences` */
export const silenceBody = (now: number) =>
  z
    .strictObject({
      match: matchConfig.refine(asksSomething, 'must name jobs, causes, severities or teams'),
      startsAt: epochMs.default(now),
      endsAt: epochMs,
      comment: z.string().trim().min(1, 'must say why').max(1_000),
    })
    .refine(({ endsAt }) => endsAt > now, { path: ['endsAt'], error: 'must be in the future' })
    .refine(
      ({ startsAt, endsAt }) => endsAt > startsAt && endsAt - startsAt <= LONGEST_SILENCE_MS,
      {
        path: ['endsAt'],
        error: 'must be after startsAt, by at most 90 days',
      },
    )

/** `POST /alerts/targets`: a webhook outside the configuration. */
export const targetBody = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][\w-]{0,62}$/, 'must be letters, digits, - and _, beginning with a letter'),
  url: z
    .url({ protocol: /^https?$/, error: 'must look like https://example.com/hooks/weir' })
    .max(2_000)
    .refine((text) => {
      const { username, password, search, hash } = new URL(text)
      return [username, password, search, hash].every((part) => part === '')
    }, 'must hold no password and no query: what is secret belongs in the configuration'),
  match: matchConfig.default({}),
})
