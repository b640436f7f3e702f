import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Requirements } from '../core/flink/rest/requirements.ts'

/** A JobManager as far as sizes go: it answers as Flink 2.2.1 did when these bodies were recorded. */
export interface StandInFlink {
  readonly url: string
  /** By run. A job that is not here is gone. */
  readonly jobs: Map<string, StandInJob>
  /** Every `PUT` that was taken, in order. */
  readonly taken: { readonly run: string; readonly sizes: readonly number[] }[]
  config: Readonly<Record<string, string>>
  slotsAvailable: number
  /** What becomes of the next requests: answered, lost before they are carried out, or lost after. */
  fate: (method: string) => 'answer' | 'lost-before' | 'lost-after'
  /** How long an answer takes once the request has been carried out. */
  delayMs: (method: string) => number
  close(): Promise<void>
}

export interface StandInJob {
  requirements: Requirements
  maxParallelism: number
  adaptive: boolean
}

export async function standInFlink(): Promise<StandInFlink> {
  const jobs = new Map<string, StandInJob>()
  const taken: StandInFlink['taken'] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => answer(flink, request, body, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const flink: StandInFlink = {
    ...{ url: `http://127.0.0.1:${portOf(server)}`, jobs, taken },
    ...{ config: { 'jobmanager.scheduler': 'adaptive' }, slotsAvailable: 5 },
    fate: () => 'answer',
    delayMs: () => 0,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return flink
}

export function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

function answer(
  flink: StandInFlink,
  { method = 'GET', url = '', socket }: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const fate = flink.fate(method)
  if (fate === 'lost-before') return void socket.destroy()
  const { status, json } = answerTo(flink, method, url, body)
  if (fate === 'lost-after') return void socket.destroy()
  const say = () => {
    response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' })
    response.end(JSON.stringify(json))
  }
  const delayMs = flink.delayMs(method)
  if (delayMs === 0) say()
  else setTimeout(say, delayMs)
}

function answerTo(flink: StandInFlink, method: string, url: string, body: string) {
  if (url === '/overview') return ok(overview(flink.slotsAvailable))
  if (url === '/jobmanager/config') {
    return ok(Object.entries(flink.config).map(([key, value]) => ({ key, value })))
  }
  const run = /^\/jobs\/([^/]+)\/resource-requirements$/.exec(url)?.[1]
  if (run === undefined) return { status: 404, json: { errors: [`Not found: ${url}`] } }
  const job = flink.jobs.get(run)
  if (!job)
    return internal(`${MESSAGES}.FlinkJobNotFoundException: Could not find Flink job (${run})`)
  if (!job.adaptive) {
    return internal(
      'java.lang.UnsupportedOperationException: The DefaultScheduler does not support changing the parallelism without a job restart. This feature is currently only expected to work with the AdaptiveScheduler.',
    )
  }
  if (method === 'GET') return ok(job.requirements)
  const wanted: Requirements = JSON.parse(body)
  const problem = problemOf(wanted, job)
  if (problem !== undefined) {
    return {
      status: 400,
      json: { errors: [`${HANDLERS}.RestHandlerException: ${problem}${TRACE}`] },
    }
  }
  job.requirements = wanted
  const sizes = Object.values(wanted).map(({ parallelism }) => parallelism.upperBound)
  flink.taken.push({ run, sizes })
  return ok({})
}

const MESSAGES = 'org.apache.flink.runtime.messages'
const HANDLERS = 'org.apache.flink.runtime.rest.handler'
const TRACE =
  '\n\tat org.apache.flink.runtime.dispatcher.Dispatcher.validateMaxParallelism(Dispatcher.java:1256)'

const ok = (json: unknown) => ({ status: 200, json })
const internal = (exception: string) => ({
  status: 500,
  json: {
    errors: [
      'Internal server error.',
      `<Exception on server side:\n${exception}\n\tat a.b(C.java:1)`,
    ],
  },
})

/** Dispatcher.validateMaxParallelism, in its own words. */
function problemOf(wanted: Requirements, { requirements, maxParallelism }: StandInJob) {
  for (const id of Object.keys(requirements)) {
    if (!(id in wanted)) {
      return `The request is incomplete, missing job vertex [${id}] resource requirements.`
    }
  }
  for (const [id, { parallelism }] of Object.entries(wanted)) {
    const { lowerBound, upperBound } = parallelism
    if (!(id in requirements)) return `Job vertex [${id}] was not found in the JobGraph.`
    if (lowerBound < 1 || upperBound < 1) {
      return `Both, the requested lower bound [${lowerBound}] and upper bound [${upperBound}] for job vertex [${id}] must be greater than zero.`
    }
    if (lowerBound > upperBound) {
      return `The requested lower bound [${lowerBound}] for job vertex [${id}] is higher than the upper bound [${upperBound}].`
    }
    if (upperBound > maxParallelism) {
      return `The newly requested parallelism ${upperBound} for the job vertex ${id} exceeds its maximum parallelism ${maxParallelism}.`
    }
  }
  return undefined
}

const overview = (free: number) => ({
  ...{ taskmanagers: 3, 'slots-total': 6, 'slots-available': free, 'jobs-running': 1 },
  ...{ 'jobs-finished': 0, 'jobs-cancelled': 0, 'jobs-failed': 0 },
  ...{ 'flink-version': '2.2.1', 'flink-commit': '450c63e' },
})
