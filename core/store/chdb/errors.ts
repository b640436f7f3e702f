import { ClickHouseError, parseError } from '@clickhouse/client'

/** The engine's failure as the error that the HTTP client would throw, with its code and type. */
export function clickHouseError(thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  if (error instanceof ClickHouseError) return error
  const parsed = parseError(error)
  if (parsed !== error) parsed.cause = error
  return parsed
}

/** What the HTTP client throws when a caller's signal ends a request. */
export function abortError(): Error {
  return new Error('The user aborted a request.')
}
