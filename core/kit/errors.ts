/** What every error of ours may carry besides its sentence. */
export interface ErrorDetails {
  /** A short, stable word for machines; each class has its own default. */
  readonly code?: string
  /** Whether the same call may succeed later without anybody changing anything. Default: no. */
  readonly retriable?: boolean
  readonly cause?: unknown
}

/** The root of our errors. The message says what happened, to what, and what follows. */
export class WeirError extends Error {
  readonly code: string
  readonly retriable: boolean

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = details.code ?? 'internal'
    this.retriable = details.retriable ?? false
  }
}

/** The configuration is wrong; the message lists every problem with its path. Never retriable. */
export class ConfigError extends WeirError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'config', ...details })
  }
}

/** Something we look at (Flink, Kubernetes, a file) did not answer as it should. */
export class SourceError extends WeirError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'source', ...details })
  }
}

/** The store refused or could not be reached. */
export class StoreError extends WeirError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'store', ...details })
  }
}

/** The bus refused, is full, is closed or could not be reached. */
export class BusError extends WeirError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'bus', ...details })
  }
}

/** The program was called in a way that makes no sense; the message shows the right way. */
export class UsageError extends WeirError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: 'usage', ...details })
  }
}

export type IntakeStatus = 400 | 401 | 403 | 413 | 429 | 503

export interface IntakeErrorDetails extends ErrorDetails {
  /** The HTTP status that the sender sees. */
  readonly status: IntakeStatus
  /** When the sender may try again; becomes the `Retry-After` header. */
  readonly retryAfterMs?: number
}

/** A door refused what was sent. Retriable by default exactly when the status is 429 or 503. */
export class IntakeError extends WeirError {
  readonly status: IntakeStatus
  readonly retryAfterMs: number | undefined

  constructor(message: string, details: IntakeErrorDetails) {
    const retriable = details.status === 429 || details.status === 503
    super(message, { code: 'intake', retriable, ...details })
    this.status = details.status
    this.retryAfterMs = details.retryAfterMs
  }
}

/** A readable sentence for whatever was thrown; the causes follow, as nobody prints stacks to users. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : describe(thrown)
  const own = thrown.message || firstInner(thrown) || thrown.name
  const cause = thrown.cause === undefined ? '' : messageOf(thrown.cause)
  return cause === '' || own.includes(cause) ? own : `${own}: ${cause}`
}

/** Node reports a refused connection to `localhost` as an AggregateError without a message. */
function firstInner(error: Error): string | undefined {
  return error instanceof AggregateError ? error.errors.map(messageOf)[0] : undefined
}

function describe(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown)
  } catch {
    return String(thrown)
  }
}
