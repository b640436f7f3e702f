import type { Outcome } from './outcome.ts'
import type { Answer } from './post.ts'

/** Statuses below 500 that mean later rather than never. */
const LATER: readonly number[] = [408, 409, 425, 429]

/**
 * What an answer means by its status alone, as for Alertmanager's own webhooks: 2xx is delivered, 5xx and
 * some others are tried again, all else is refused for good.
 */
export function outcomeOf(answer: Answer): Outcome {
  switch (answer.kind) {
    case 'unreachable':
      return { kind: 'failed', detail: `It cannot be reached: ${answer.why}.` }
    case 'forbidden':
      return { kind: 'refused', detail: answer.why }
    case 'answer': {
      const { status, retryAfterMs } = answer
      if (status >= 200 && status < 300)
        return { kind: 'delivered', detail: `It answered ${status}.` }
      if (status >= 300 && status < 400) {
        return { kind: 'refused', detail: `It answered ${status}; redirects are not followed.` }
      }
      const detail = `It answered ${status}.`
      if (status < 500 && !LATER.includes(status)) return { kind: 'refused', detail }
      return {
        kind: 'failed',
        detail,
        ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }),
      }
    }
  }
}
