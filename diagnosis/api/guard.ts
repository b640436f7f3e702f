import type { MiddlewareHandler } from 'hono'
import type { Clock } from '../../core/kit/clock.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { isLoopback, problem } from '../../core/kit/http.ts'
import { type ApiToken, isProbe, tokenLookup, tokenWanted } from '../../core/kit/token-guard.ts'
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
  whoText,
} from './caller.ts'
import { type ProxySignIn, proxySignIn } from './proxy-sign-in.ts'

/** A token with what it may do, and for how long. */
export interface CallerToken extends ApiToken, CallerScope {
  readonly role?: Role
  /** Epoch ms from which on it opens nothing. */
  readonly until?: number | undefined
}

/**
 * Lets in who has a token (`tokenGuard`) or is signed in by a proxy, and says who it is: what they may do, and
 * which jobs they see. Without tokens and proxies everybody is let in and may do everything.
 */
export function callerGuard(
  tokens: readonly CallerToken[],
  clock: Pick<Clock, 'now'> = systemClock,
  proxy?: ProxySignIn,
): MiddlewareHandler {
  const shownBy = tokenLookup(tokens)
  const signedInBy = proxy && proxySignIn(proxy)
  return async (context, next) => {
    if (tokens.length === 0 && !signedInBy) {
      context.set('caller', anyone)
      return next()
    }
    if (isProbe(context.req.path)) return next()
    const signedIn = signedInBy?.(context) ?? 'none'
    if (signedIn instanceof Response) return signedIn
    if (signedIn !== 'none') {
      context.set('caller', signedIn)
      return next()
    }
    const shown = shownBy(context.req.header('authorization'))
    if (typeof shown === 'string') return tokenWanted(shown)
    const { name, role = 'viewer', clusters, namespaces, until } = shown
    if (until !== undefined && clock.now() >= until) return tokenWanted('over')
    context.set('caller', { name, role, clusters, namespaces, by: 'token' })
    return next()
  }
}

/** Refuses what the role of the one who asks does not allow. */
export function needs(role: Role): MiddlewareHandler {
  return async (context, next) => {
    const caller = callerOf(context)
    if (may(caller, role)) return next()
    const detail = `${whoText(caller)} has the role ${caller.role}; this needs ${role}.`
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
  const detail = `${whoText(caller)} is for ${scopeText(caller)}; this job is not among them.`
  return problem(403, { detail, code: 'scope' })
}

/** For what cannot be told in parts. */
export const wholeScope: MiddlewareHandler = async (context, next) => {
  const caller = callerOf(context)
  if (!isScoped(caller)) return next()
  const detail = `${whoText(caller)} is for ${scopeText(caller)}; this is about everything.`
  return problem(403, { detail, code: 'scope' })
}

const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * A browser carries a password along, and reaches loopback, whatever page it shows: what changes something
 * must come from our own page. Programs send neither of the headers that browsers cannot leave out.
 */
export function ownPageOnly(asksWho: boolean): MiddlewareHandler {
  return async (context, next) => {
    if (SAFE.includes(context.req.method)) return next()
    const site = context.req.header('sec-fetch-site')
    const origin = context.req.header('origin')
    const host = context.req.header('host') ?? ''
    const isOwn =
      site !== undefined
        ? site === 'same-origin' || site === 'none'
        : origin === undefined || hostOf(origin) === host
    // Where nobody is asked who they are we listen on loopback; another name for it is somebody's trick (DNS rebinding).
    const isNamedWell = asksWho || origin === undefined || isLoopback(hostnameOf(host))
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
