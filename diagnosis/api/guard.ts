import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { Clock } from '../../core/kit/clock.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { isLoopback, problem } from '../../core/kit/http.ts'
import { formatJobRef } from '../../core/model/job-ref.ts'
import {
  anyone,
  type CallerScope,
  callerOf,
  isScoped,
  may,
  type Role,
  scopeText,
  seesJob,
} from './caller.ts'

/** A token as the configuration knows it: by its digest, never by itself. */
export interface ApiToken extends CallerScope {
  readonly name: string
  readonly sha256: string
  readonly role?: Role
  /** Epoch ms from which on it opens nothing. */
  readonly until?: number | undefined
}

/**
 * Lets in who has a token: as `Authorization: Bearer <token>`, or as the password of a browser's own
 * question (Basic), which event streams can carry as well. Without tokens everybody is let in, which
 * `startDiagnosis` allows on loopback only. `/livez` and `/readyz` are always open: they tell nothing.
 */
export function tokenGuard(
  tokens: readonly ApiToken[],
  clock: Pick<Clock, 'now'> = systemClock,
): MiddlewareHandler {
  const known = tokens.map((token) => ({ token, digest: Buffer.from(token.sha256, 'hex') }))
  return async (context, next) => {
    if (known.length === 0) {
      context.set('caller', anyone)
      return next()
    }
    if (context.req.path === '/livez' || context.req.path === '/readyz') return next()
    const presented = tokenIn(context.req.header('authorization') ?? '')
    const token = presented === undefined ? undefined : knownToken(presented, known)
    const isOver = token?.until !== undefined && clock.now() >= token.until
    if (token && !isOver) {
      const { name, role = 'viewer', clusters, namespaces } = token
      context.set('caller', { name, role, clusters, namespaces })
      return next()
    }
    const detail =
      presented === undefined
        ? 'Weir wants a token: send "Authorization: Bearer <token>", or give it as the password.'
        : isOver
          ? 'The token was for a time that is over; ask for a new one.'
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

interface Known {
  readonly token: ApiToken
  readonly digest: Buffer
}

function knownToken(presented: string, known: readonly Known[]): ApiToken | undefined {
  const own = createHash('sha256').update(presented).digest()
  // All are compared, so that the time tells nothing about which one was near.
  return known.filter(({ digest }) => timingSafeEqual(digest, own))[0]?.token
}

/** Refuses what the role of the one who asks does not allow. */
export function needs(role: Role): MiddlewareHandler {
  return async (context, next) => {
    const caller = callerOf(context)
    if (may(caller, role)) return next()
    const detail = `The token "${caller.name}" has the role ${caller.role}; this needs ${role}.`
    return problem(403, { detail, code: 'role' })
  }
}

/** Refuses jobs outside the scope of the one who asks, whether they exist or not. */
export const jobInScope: MiddlewareHandler = async (context, next) => {
  const caller = callerOf(context)
  const [cluster = '', namespace = '', name = ''] = ['cluster', 'namespace', 'name'].map(
    (part) => context.req.param(part) ?? '',
  )
  if (seesJob(caller, formatJobRef({ cluster, namespace, name }))) return next()
  const detail = `The token "${caller.name}" is for ${scopeText(caller)}; this job is not among them.`
  return problem(403, { detail, code: 'scope' })
}

/** For what cannot be told in parts. */
export const wholeScope: MiddlewareHandler = async (context, next) => {
  const caller = callerOf(context)
  if (!isScoped(caller)) return next()
  const detail = `The token "${caller.name}" is for ${scopeText(caller)}; this is about everything.`
  return problem(403, { detail, code: 'scope' })
}

const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * A browser carries a password along, and reaches loopback, whatever page it shows: what changes something
 * must come from our own page. Programs send neither of the headers that browsers cannot leave out.
 */
export function ownPageOnly(hasTokens: boolean): MiddlewareHandler {
  return async (context, next) => {
    if (SAFE.includes(context.req.method)) return next()
    const site = context.req.header('sec-fetch-site')
    const origin = context.req.header('origin')
    const host = context.req.header('host') ?? ''
    const isOwn =
      site !== undefined
        ? site === 'same-origin' || site === 'none'
        : origin === undefined || hostOf(origin) === host
    // Without tokens we listen on loopback; another name for it is somebody's trick (DNS rebinding).
    const isNamedWell = hasTokens || origin === undefined || isLoopback(hostnameOf(host))
    if (isOwn && isNamedWell) return next()
    const detail = 'Another site asked for this change; only the page of this Weir may.'
    return problem(403, { detail, code: 'origin' })
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

function hostnameOf(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : host
}
