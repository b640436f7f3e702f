import { createHash, timingSafeEqual } from 'node:crypto'
import { IntakeError } from '../../core/kit/errors.ts'
import type { GatewayToken } from '../config.ts'

/** Whose token a request shows; undefined at an open door. Throws IntakeError 401. */
export type TokenCheck = (authorization: string | undefined) => GatewayToken | undefined

/**
 * Makes the check of the `Authorization` header. Without any token the door is open, which `startGateway`
 * allows on loopback only.
 */
export function createTokenCheck(tokens: readonly GatewayToken[]): TokenCheck {
  const hashes = tokens.map(({ sha256 }) => Buffer.from(sha256, 'hex'))
  return (authorization) => {
    if (hashes.length === 0) return undefined
    const presented = /^Bearer ([^\s]+)$/i.exec(authorization ?? '')?.[1]
    if (presented === undefined) {
      throw new IntakeError(
        'Whoever sends here must show a token of this gateway, as a bearer token in the Authorization header.',
        { status: 401, code: 'intake-token-missing' },
      )
    }
    const hash = createHash('sha256').update(presented).digest()
    // All are compared, so that the time tells nothing about which one was near.
    const [match] = hashes.flatMap((known, index) =>
      timingSafeEqual(known, hash) ? (tokens[index] ?? []) : [],
    )
    if (match) return match
    throw new IntakeError(
      'The token is not one of this gateway; it may have been replaced. Compare its SHA-256 with gateway.tokens.',
      { status: 401, code: 'intake-token-wrong' },
    )
  }
}
