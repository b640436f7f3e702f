import type { z } from 'zod'
import type { Answer, Transport } from '../../core/flink/client/transport.ts'
import { SourceError } from '../../core/kit/errors.ts'
import { type AdviceBody, FindingsPage, JobDetail, JobsPage, TopologyView } from './bodies.ts'
import type { AdvisedSize, JobFacts, SizedVertex } from './job-facts.ts'
import type { FactsSource, JobHead } from './source.ts'

/** Reads the public API of diagnosis, as any other program may. The transport's address ends before `/api`. */
export function diagnosisClient(transport: Transport): FactsSource {
  const read = async <Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.output<Schema> | undefined> => {
    const answer = await transport.get(`/api/v1${path}`, signal)
    if (answer.status === 404) return undefined
    return parsed(transport.name, path, answer, schema)
  }
  return {
    async jobs(signal) {
      const heads: JobHead[] = []
      for (let cursor = ''; ; ) {
        const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page = await read(`/jobs?limit=500${query}`, JobsPage, signal)
        if (!page) throw notWeir(transport.name)
        heads.push(...page.items.map(({ job, topCause }) => ({ job, hasCause: topCause })))
        if (page.next === null) return heads
        cursor = page.next
      }
    },
    async facts(job, signal) {
      const path = `/jobs/${job}`
      const detail = await read(path, JobDetail, signal)
      if (!detail) return undefined
      const findings = await read(`${path}/findings?state=open`, FindingsPage, signal)
      // The graph comes with the first answer of the JobManager: until then there is none.
      const view = await read(`${path}/topology`, TopologyView, signal)
      return factsOf(detail, findings?.items ?? [], view)
    },
  }
}

function factsOf(
  detail: JobDetail,
  findings: z.output<typeof FindingsPage>['items'],
  view: TopologyView | undefined,
): JobFacts {
  const { job, run, state, stateSince, updatedAt, recording, score } = detail
  return {
    ...{ job, run, state, stateSince, updatedAt, recording, score },
    unknownBecause: detail.unknownBecause,
    recordsPerSecond: detail.recordsPerSecond,
    advice: detail.advice.flatMap(advisedSize),
    otherAdvice: detail.advice
      .filter(({ kind }) => kind !== 'parallelism')
      .map(({ kind, target }) => ({ kind, name: target.name })),
    abstained: detail.abstained.map(({ target, reason }) => ({ name: target.name, reason })),
    causes: findings
      .filter((finding) => finding.state === 'open' && finding.cause)
      .map(({ key, rule, severity, title, subject }) => {
        return { key, rule, severity, title, name: subject.name }
      }),
    vertices: view ? verticesOf(view) : [],
    checkpointsAt: detail.checkpoints
      .flatMap(({ state: ended, triggeredAt, endToEndMs }) =>
        ended === 'completed' ? [triggeredAt + (endToEndMs ?? 0)] : [],
      )
      .sort((a, b) => a - b),
  }
}

function advisedSize({
  kind,
  target,
  cause,
  from,
  to,
  confidence,
  expected,
}: AdviceBody): readonly AdvisedSize[] {
  const { vertex } = target.subject
  if (kind !== 'parallelism' || vertex === undefined) return []
  const { busy } = expected ?? {}
  const known =
    busy && busy.to !== null && busy.low !== null
      ? { busy: { to: busy.to, low: busy.low, high: busy.high } }
      : {}
  return [{ cause, vertex, name: target.name, from, to, confidence, ...known }]
}

function verticesOf({ topology, loads }: TopologyView): readonly SizedVertex[] {
  const busy = new Map(loads.map((load) => [load.vertex, load.busy]))
  return topology.vertices.map(({ slotSharingGroup = 'default', ...vertex }) => ({
    ...vertex,
    slotSharingGroup,
    busy: busy.get(vertex.id) ?? null,
  }))
}

function parsed<Schema extends z.ZodType>(
  name: string,
  path: string,
  { status, body }: Answer,
  schema: Schema,
): z.output<Schema> {
  if (status === 401 || status === 403) {
    throw new SourceError(
      `${name} answered ${status}: it wants a token that may see these jobs; set operations.diagnosis.token.`,
      { code: 'source-access' },
    )
  }
  if (status !== 200) {
    throw new SourceError(`${name} answered ${status} to GET ${path}.`, {
      ...{ code: 'source-status', retriable: status >= 500 || status === 429 },
    })
  }
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    throw notWeir(name)
  }
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new SourceError(
    `${name} answered GET ${path} in a shape this version does not know (at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? ''}); diagnosis and operations should be of one version.`,
    { code: 'source-shape', cause: result.error },
  )
}

const notWeir = (name: string) =>
  new SourceError(
    `${name} is no Weir: give the address of diagnosis, such as http://weir:8480, as operations.diagnosis.url.`,
    { code: 'source-not-weir' },
  )
