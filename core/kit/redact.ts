import { createRedactor, redacted } from '../logs/redact.ts'
import { messageOf } from './errors.ts'

const secretName = /token|passw|secret|authorization|credential|cookie|api[-_]?key|private[-_]?key/i
const deepest = 6

/** What is a secret in a line of a log is one in our own texts. */
const redactor = createRedactor()

/** A text without its secrets: credentials of URLs, what stands under a secret's name, tokens by their own form. */
export function redactText(text: string): string {
  return redactor.redact(text)?.text ?? text
}

/**
 * A copy that is safe to print as JSON: what stands under a secret's name is replaced, and so are
 * credentials inside texts. Errors become their sentences, bytes their size, whatever is too deep `…`.
 */
export function redact(value: unknown): unknown {
  return copy(value, 0, new Set())
}

/** Whether a key's value must not be printed. Absence and yes/no may be told. */
export function isSecret(key: string, value: unknown): boolean {
  return secretName.test(key) && value !== undefined && value !== null && typeof value !== 'boolean'
}

function copy(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value)
  if (typeof value === 'function') return '[function]'
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Error) return redactText(messageOf(value))
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString()
  if (value instanceof URL) return redactText(value.href)
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`
  if (depth >= deepest || above.has(value)) return '…'
  const inside = new Set(above).add(value)
  if (value instanceof Map || value instanceof Set) return copy([...value], depth, inside)
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1, inside))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      isSecret(key, item) ? redacted : copy(item, depth + 1, inside),
    ]),
  )
}
