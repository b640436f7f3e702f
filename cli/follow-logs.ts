import { createLineReader } from '../core/logs/reader.ts'
import { createRedactor } from '../core/logs/redact.ts'
import { createTemplates } from '../core/logs/templates.ts'
import { type AcknowledgedOptions, createAcknowledgedSender } from '../core/ship/acknowledged.ts'
import type { LogServiceDeps } from '../log-service/start.ts'

/** Shipments that may be under way at the same time, each in a sequence of its own. */
const SEQUENCES = 4

/** Hands a log service's events on in several sequences at once: one that must wait does not hold up the others. */
export function shipLogs(options: AcknowledgedOptions): LogServiceDeps['ship'] {
  const idle = Array.from({ length: SEQUENCES }, (_, index) =>
    createAcknowledgedSender({ ...options, agent: `${options.agent}/logs-${index}` }),
  )
  const waiting: (() => void)[] = []
  return async (blocks) => {
    if (blocks.length === 0) return
    while (idle.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
    const send = idle.shift()
    if (!send) return
    try {
      await send({ kind: 'logs', blocks: blocks.map(({ origin, lines }) => ({ origin, lines })) })
    } finally {
      idle.push(send)
      waiting.shift()?.()
    }
  }
}

/** Readers of log files, secrets out by the built-in rules and by these patterns. */
export function logReaders(
  redact: readonly string[],
  now: () => number,
): LogServiceDeps['openReader'] {
  const redactor = createRedactor(redact)
  const templates = createTemplates()
  return ({ format, startAt }) =>
    createLineReader({ format, startAt, redactor, templates, readAt: now })
}
