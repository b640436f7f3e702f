// Jobs on a cluster: submit, wait, place, cancel.
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { resetControl, setControl } from './control.mjs'
import { LabError } from './errors.mjs'
import { brokers, checkLine, controlFile, jobJar, numberOfResource } from './layout.mjs'
import { rest } from './rest.mjs'
import { until } from './wait.mjs'

const ENDED = ['CANCELED', 'FAILED', 'FINISHED']

/**
 * Runs the fault job. `nodes` are specs like "enrich=map(orders);p=2;cost=400" (see README.md),
 * `args` further arguments of the job, `control` the knobs to begin with, `flinkConfiguration`
 * settings of this job alone.
 */
export async function submit(line, options) {
  const { job = 'lab', nodes = [], args = [], control = {}, flinkConfiguration = {} } = options
  checkLine(line)
  resetControl(
    line,
    nodes.map((spec) => spec.split('=')[0].trim()),
  )
  setControl(line, control)
  const programArgsList = ['--job', job, '--ctl', controlFile(line), '--bootstrap', brokers(line)]
  programArgsList.push(...args, ...nodes.flatMap((spec) => ['--node', spec]))
  // Chosen here: a cluster refuses an id it has seen, and the answer must not get lost.
  const jobId = randomBytes(16).toString('hex')
  const run = await rest(line, `/jars/${await uploadJar(line)}/run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      entryClass: 'lab.FaultJob',
      programArgsList,
      jobId,
      flinkConfiguration,
    }),
  })
  if (run.status !== 200) throw new LabError(`the job was refused: ${firstCause(run.text)}`)
  return { jobId }
}

async function uploadJar(line) {
  const jar = jobJar(line)
  const form = new FormData()
  const blob = new Blob([fs.readFileSync(jar)], { type: 'application/x-java-archive' })
  form.append('jarfile', blob, path.basename(jar))
  const answer = await rest(line, '/jars/upload', { method: 'POST', body: form })
  if (answer.status !== 200) throw new Error(`upload: ${answer.status} ${answer.text}`)
  return path.basename(answer.json.filename)
}

/** The last "Caused by" of the stack trace that Flink answers with is what the user can act on. */
function firstCause(text) {
  const causes = text.match(/Caused by: [^\\]+/g)
  return causes ? causes.at(-1).slice('Caused by: '.length) : text.slice(0, 500)
}

/** Waits until the job and all its tasks run. */
export const untilRunning = (line, jobId, ms = 60_000) =>
  until(`job ${jobId} runs`, ms, async () => {
    const job = (await rest(line, `/jobs/${jobId}`)).json
    return job.state === 'RUNNING' && job.vertices.every((v) => v.status === 'RUNNING')
  })

/** Ids of the jobs that have not ended. */
export async function openJobs(line) {
  const { jobs } = (await rest(line, '/jobs/overview')).json
  return jobs.filter(({ state }) => !ENDED.includes(state)).map(({ jid }) => jid)
}

/** Cancels a job and waits for its end. */
export async function cancel(line, jobId) {
  await rest(line, `/jobs/${jobId}`, { method: 'PATCH' })
  await until(`end of job ${jobId}`, 60_000, async () => {
    return ENDED.includes((await rest(line, `/jobs/${jobId}`)).json.state)
  })
}

/** The vertices of a job as REST lists them: {id, name, parallelism, status, metrics, …}. */
export const verticesOf = async (line, jobId) => (await rest(line, `/jobs/${jobId}`)).json.vertices

/** Numbers of the TaskManagers that host a job, or one of its vertices; that of subtask 0 first. */
export async function hostsOf(line, jobId, vertexName) {
  const vertices = await verticesOf(line, jobId)
  const wanted = vertices.filter(({ name }) => vertexName === undefined || name === vertexName)
  const hosts = []
  for (const { id } of wanted) {
    const { subtasks } = (await rest(line, `/jobs/${jobId}/vertices/${id}`)).json
    hosts.push(...subtasks.map((subtask) => numberOfResource(subtask['taskmanager-id'])))
  }
  return [...new Set(hosts)]
}
