import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { problem } from './http.ts'

/** A token as the configuration knows it: by its digest, never by itself. */
export interface ApiToken {
  readonly name: string
  readonly sha256: string
}

/** What an `Authorization` header shows: no token, one that nobody knows, or a known one. */
export type Shown<T> = 'none' | 'unknown' | T

/** Finds the token that a header shows among those that are known. */
export function tokenLookup<T extends ApiToken>(
  tokens: readonly T[],
): (authorization: string | undefined) => Shown<T> {
  const known = tokens.map((token) => ({ token, digest: Buffer.from(token.sha256, 'hex') }))
  return (authorization = '') => {
    const presented = tokenIn(authorization)
    if (presented === undefined) return 'none'
    const own = createHash('sha256').update(presented).digest()
    // All are compared, so that the time tells nothing about which one was near.
    return known.filter(({ digest }) => timingSafeEqual(digest, own))[0]?.token ?? 'unknown'
  }
}

/** The answer to who shows no token, or one that does not open. */
export function tokenWanted(because: 'none' | 'unknown' | 'over'): Response {
  return problem(
    401,
    { detail: reasons[because], code: 'token' },
    { 'www-authenticate': 'Basic realm="Weir", charset="UTF-8"' },
  )
}

const reasons = {
  none: 'Weir wants a token: send "Authorization: Bearer <token>", or give it as the password.',
  unknown: 'The token is not one of those that Weir knows; it may have been replaced.',
  over: 'The token was for a time that is over; ask for a new one.',
} as const

/** Paths that probes ask and that tell nothing. */
export const isProbe = (path: string): boolean => path === '/livez' || path === '/readyz'

/**
 * Lets in who has a token: as `Authorization: Bearer <token>`, or as the password of a browser's own
 * question (Basic), which event streams can carry as well. Without tokens everybody is let in, which
 * `assertLoopbackOrTokens` allows on loopback only. `/livez` and `/readyz` are always open: they tell nothing.
 */
export function tokenGuard(tokens: readonly ApiToken[]): MiddlewareHandler {
  const shownBy = tokenLookup(tokens)
  return async (context, next) => {
    if (tokens.length === 0 || isProbe(context.req.path)) return next()
    const shown = shownBy(context.req.header('authorization'))
    return typeof shown === 'object' ? next() : tokenWanted(shown)
  }
}

function tokenIn(authorization: string): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (bearer !== undefined) return bearer
  const basic = /^Basic +(\S+)$/i.exec(authorization)?.[1]
  if (basic === undefined) return undefined
  const text = Buffer.from(basic, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : text.slice(colon + 1)
}
