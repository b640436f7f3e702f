import type { z } from 'zod'
import { SourceError } from '../../kit/errors.ts'
import { CheckpointDetail, CheckpointSubtasks, Checkpoints } from '../rest/checkpoints.ts'
import { ConfigList, JobConfig } from '../rest/config.ts'
import { Exceptions } from '../rest/exceptions.ts'
import { JobDetail } from '../rest/job-detail.ts'
import { JobsOverview, Overview } from '../rest/jobs.ts'
import { jobMetricIds, Metrics, processMetricIds } from '../rest/metrics.ts'
import { TaskManagers } from '../rest/taskmanagers.ts'
import { VertexDetail } from '../rest/vertex.ts'
import type { Answer, Transport } from './transport.ts'

/** A parsed body and when it arrived. */
export interface Read<T> {
  readonly value: T
  readonly at: number
}

/** The JobManager's REST API, as far as Weir reads it. Every method is one request. */
export interface FlinkRest {
  overview(signal: AbortSignal): Promise<Read<z.output<typeof Overview>>>
  jobs(signal: AbortSignal): Promise<Read<z.output<typeof JobsOverview>>>
  job(run: string, signal: AbortSignal): Promise<Read<z.output<typeof JobDetail>>>
  vertex(
    run: string,
    vertex: string,
    signal: AbortSignal,
  ): Promise<Read<z.output<typeof VertexDetail>>>
  checkpoints(run: string, signal: AbortSignal): Promise<Read<z.output<typeof Checkpoints>>>
  checkpoint(
    run: string,
    id: number,
    signal: AbortSignal,
  ): Promise<Read<z.output<typeof CheckpointDetail>>>
  checkpointSubtasks(
    run: string,
    id: number,
    vertex: string,
    signal: AbortSignal,
  ): Promise<Read<z.output<typeof CheckpointSubtasks>>>
  exceptions(run: string, signal: AbortSignal): Promise<Read<z.output<typeof Exceptions>>>
  jobMetrics(run: string, signal: AbortSignal): Promise<Read<Metrics>>
  taskmanagers(signal: AbortSignal): Promise<Read<z.output<typeof TaskManagers>>>
  processMetrics(taskmanager: string | undefined, signal: AbortSignal): Promise<Read<Metrics>>
  jobManagerConfig(signal: AbortSignal): Promise<Read<z.output<typeof ConfigList>>>
  jobConfig(run: string, signal: AbortSignal): Promise<Read<z.output<typeof JobConfig>>>
}

/**
 * @throws (every method) SourceError: retriable when the JobManager does not answer or is overloaded,
 * final when it is no Flink, wants credentials, or does not know what was asked for
 */
export function flinkRest(transport: Transport): FlinkRest {
  const read = async <S extends z.ZodType>(path: string, schema: S, signal: AbortSignal) => {
    const answer = await transport.get(path, signal)
    return { value: parse(transport.name, path, answer, schema), at: answer.at }
  }
  return {
    overview: (signal) => read('/overview', Overview, signal),
    jobs: (signal) => read('/jobs/overview', JobsOverview, signal),
    job: (run, signal) => read(`/jobs/${run}`, JobDetail, signal),
    vertex: (run, vertex, signal) => read(`/jobs/${run}/vertices/${vertex}`, VertexDetail, signal),
    checkpoints: (run, signal) => read(`/jobs/${run}/checkpoints`, Checkpoints, signal),
    checkpoint: (run, id, signal) =>
      read(`/jobs/${run}/checkpoints/details/${id}`, CheckpointDetail, signal),
    checkpointSubtasks: (run, id, vertex, signal) =>
      read(`/jobs/${run}/checkpoints/details/${id}/subtasks/${vertex}`, CheckpointSubtasks, signal),
    exceptions: (run, signal) =>
      read(`/jobs/${run}/exceptions?maxExceptions=16`, Exceptions, signal),
    jobMetrics: (run, signal) =>
      read(`/jobs/${run}/metrics?get=${Object.keys(jobMetricIds).join(',')}`, Metrics, signal),
    taskmanagers: (signal) => read('/taskmanagers', TaskManagers, signal),
    processMetrics: (taskmanager, signal) => {
      const process =
        taskmanager === undefined ? 'jobmanager' : `taskmanagers/${encodeURIComponent(taskmanager)}`
      return read(
        `/${process}/metrics?get=${Object.keys(processMetricIds).join(',')}`,
        Metrics,
        signal,
      )
    },
    jobManagerConfig: (signal) => read('/jobmanager/config', ConfigList, signal),
    jobConfig: (run, signal) => read(`/jobs/${run}/config`, JobConfig, signal),
  }
}

function parse<S extends z.ZodType>(
  name: string,
  path: string,
  answer: Answer,
  schema: S,
): z.output<S> {
  const { status, body } = answer
  if (status === 401 || status === 403) {
    throw new SourceError(
      `${name} answered ${status} to GET ${path}: it wants credentials; put user and password into the address (http://user:password@host:port) or a token into the configuration.`,
      { code: 'source-access' },
    )
  }
  if (status !== 200) {
    throw new SourceError(`${name} answered ${status} to GET ${path}: ${firstError(body)}`, {
      code: status === 404 ? 'source-absent' : 'source-status',
      retriable: status >= 500 || status === 429,
    })
  }
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch (cause) {
    throw notFlink(name, path, body, cause)
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (path === '/overview' || path === '/jobs/overview')
    throw notFlink(name, path, body, parsed.error)
  throw new SourceError(
    `${name} answered GET ${path} in a shape Weir does not know (at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? ''}); this may be a newer Flink.`,
    { code: 'source-shape', cause: parsed.error },
  )
}

function notFlink(name: string, path: string, body: string, cause: unknown): SourceError {
  const kind = /^\s*</.test(body) ? 'a web page' : 'something else'
  return new SourceError(
    `${name} is not a Flink JobManager: GET ${path} answered ${kind}. Give the address of its REST API, usually port 8081.`,
    { code: 'source-not-flink', cause },
  )
}

/** Flink wraps errors as `{"errors":["…", "<stack trace>"]}`; the first line says what it is. */
function firstError(body: string): string {
  const text = /"errors":\s*\["((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body
  return text.split(/\\n|\n/, 1)[0]?.slice(0, 300) ?? ''
}
