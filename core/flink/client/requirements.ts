import { SourceError } from '../../kit/errors.ts'
import { Requirements } from '../rest/requirements.ts'
import type { Answer, WritingTransport } from './transport.ts'

/** What a JobManager says to a question about the sizes of a job. */
export type RequirementsAnswer =
  | { readonly kind: 'known'; readonly requirements: Requirements }
  | NoRequirements

/** Why there are none: another scheduler, a Flink before 1.18, or no such job (any more). */
export type NoRequirements =
  | { readonly kind: 'other-scheduler' }
  | { readonly kind: 'too-old' }
  | { readonly kind: 'gone' }

export type WriteAnswer =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: string }
  | NoRequirements

/**
 * Sizes of the vertices of a running job. Every method is one request, and none is repeated by itself.
 * @throws (both) SourceError when the JobManager does not answer or says what nobody can make sense of; after a
 * `write` that threw it is not known whether it was carried out: `read` tells
 */
export interface RequirementsClient {
  read(run: string, signal: AbortSignal): Promise<RequirementsAnswer>
  write(run: string, requirements: Requirements, signal: AbortSignal): Promise<WriteAnswer>
}

export function requirementsClient(transport: WritingTransport): RequirementsClient {
  const pathOf = (run: string) => `/jobs/${encodeURIComponent(run)}/resource-requirements`
  return {
    async read(run, signal) {
      const answer = await transport.get(pathOf(run), signal)
      if (answer.status !== 200) return absence(transport.name, answer)
      const parsed = Requirements.safeParse(jsonOf(answer.body))
      if (parsed.success) return { kind: 'known', requirements: parsed.data }
      throw new SourceError(
        `${transport.name} told the sizes of job ${run} in a shape Weir does not know; this may be a newer Flink.`,
        { code: 'source-shape', cause: parsed.error },
      )
    },
    async write(run, requirements, signal) {
      const answer = await transport.put(pathOf(run), requirements, signal)
      if (answer.status === 200) return { kind: 'taken' }
      // What the Dispatcher finds wrong with the sizes themselves (validateMaxParallelism).
      if (answer.status === 400) return { kind: 'refused', reason: sentenceIn(answer.body) }
      return absence(transport.name, answer)
    },
  }
}

/**
 * Flink 2.2 answers 500 to a job that is gone and to one of another scheduler, and names the exception in the second
 * error only; what a JobManager does not serve at all is a 404.
 */
function absence(name: string, { status, body }: Answer): NoRequirements {
  if (/does not support changing the parallelism/.test(body)) return { kind: 'other-scheduler' }
  if (/FlinkJobNotFoundException|JobNotFound/.test(body)) return { kind: 'gone' }
  if (status === 404) return { kind: /not found:/i.test(body) ? 'too-old' : 'gone' }
  if (status === 401 || status === 403) {
    throw new SourceError(
      `${name} answered ${status}: it wants credentials; put user and password into the address or a token into the configuration.`,
      { code: 'source-access' },
    )
  }
  throw new SourceError(`${name} answered ${status} about sizes of a job: ${sentenceIn(body)}`, {
    code: 'source-status',
    retriable: status >= 500 || status === 429,
  })
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The first line of what Flink wraps as `{"errors": ["<class>: <sentence>\n\tat …", …]}`. */
function sentenceIn(body: string): string {
  const text = /"errors":\s*\["((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body
  const [first = ''] = text.split(/\\n\\tat|\n/, 1)
  return first
    .replaceAll('\\n', ' ')
    .replace(/^[\w.$]+Exception: /, '')
    .slice(0, 500)
}
