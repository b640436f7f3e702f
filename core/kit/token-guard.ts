import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import { problem } from './http.ts'

/** A token as the configuration knows it: by its digest, never by itself. */
export interface ApiToken {
  readonly name: string
  readonly sha256: string
}

/**
 * Lets in who has a token: as `Authorization: Bearer <token>`, or as the password of a browser's own
 * question (Basic), which event streams can carry as well. Without tokens everybody is let in, which
 * `assertLoopbackOrTokens` allows on loopback only. `/livez` and `/readyz` are always open: they tell nothing.
 */
export function tokenGuard(tokens: readonly ApiToken[]): MiddlewareHandler {
  const known = tokens.map(({ sha256 }) => Buffer.from(sha256, 'hex'))
  return async (context, next) => {
    const open = context.req.path === '/livez' || context.req.path === '/readyz'
    if (known.length === 0 || open) return next()
    const presented = tokenIn(context.req.header('authorization') ?? '')
    if (presented !== undefined && isKnown(presented, known)) return next()
    const detail =
      presented === undefined
        ? 'Weir wants a token: send "Authorization: Bearer <token>", or give it as the password.'
        : 'The token is not one of those that Weir knows; it may have been replaced.'
    return problem(
      401,
      { detail, code: 'token' },
      { 'www-authenticate': 'Basic realm="Weir", charset="UTF-8"' },
    )
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

function isKnown(presented: string, known: readonly Buffer[]): boolean {
  const digest = createHash('sha256').update(presented).digest()
  // All are compared, so that the time tells nothing about which one was near.
  return known.filter((own) => timingSafeEqual(own, digest)).length > 0
}
