// Entries {src: "rest", path, status, ms, body | error}: what Weir's agent would ask, and more.
import { resourceId, restUrl, TASK_MANAGERS } from '../layout.mjs'
import { sleep } from '../wait.mjs'
import { fetchText } from './fetch-text.mjs'

const LOAD_METRICS = [
  'busyTimeMsPerSecond,backPressuredTimeMsPerSecond,idleTimeMsPerSecond',
  'numRecordsInPerSecond,numRecordsOutPerSecond',
].join(',')
const JOB_METRICS = [
  'numRestarts,uptime,totalNumberOfCheckpoints,numberOfCompletedCheckpoints',
  'numberOfFailedCheckpoints,numberOfInProgressCheckpoints,lastCheckpointDuration',
  'lastCheckpointSize,lastCheckpointFullSize,restartingTime,runningTime',
].join(',')
const SLOW_CHECKPOINT_MS = 1000
// Flink begins to sample at the first request for a flame graph and has one some seconds later.
const SAMPLING_MS = 8000

export function watchRest(line, jobId, put) {
  const get = async (path, kept = true) => {
    const answer = await fetchText(restUrl(line) + path)
    if (kept) put({ src: 'rest', path, ...answer })
    try {
      return JSON.parse(answer.body)
    } catch {
      return undefined
    }
  }
  const getAll = (paths) => Promise.all(paths.map((path) => get(path)))
  const job = `/jobs/${jobId}`
  const seenCheckpoints = new Set()
  let vertices = []
  let lastRestart

  async function poll() {
    await getAll(['/overview', '/jobs/overview', '/taskmanagers'])
    const state = await get(job)
    if (!state?.vertices) return
    if (state.vertices.length > 0) vertices = state.vertices
    await getAll([`${job}/exceptions?maxExceptions=10`, `${job}/metrics?get=${JOB_METRICS}`])
    await newCheckpoints()
    for (const { id } of vertices) {
      const vertex = `${job}/vertices/${id}`
      const metrics = `${vertex}/subtasks/metrics?get=${LOAD_METRICS}&agg=min,max,avg,sum`
      await getAll([vertex, `${vertex}/backpressure`, `${vertex}/watermarks`, metrics])
    }
    const restart = state.timestamps?.RESTARTING ?? 0
    if (restart !== lastRestart) await settings()
    lastRestart = restart
  }

  async function newCheckpoints() {
    const { history = [] } = (await get(`${job}/checkpoints`)) ?? {}
    for (const { id, status, end_to_end_duration } of history) {
      if (status === 'IN_PROGRESS' || seenCheckpoints.has(id)) continue
      seenCheckpoints.add(id)
      const details = `${job}/checkpoints/details/${id}`
      await get(details)
      if (status === 'COMPLETED' && end_to_end_duration <= SLOW_CHECKPOINT_MS) continue
      for (const vertex of vertices) await get(`${details}/subtasks/${vertex.id}`)
    }
  }

  /** Changes only when the job starts anew: configuration, plan, TaskManagers. */
  async function settings() {
    const ofJob = [`${job}/plan`, `${job}/config`, `${job}/checkpoints/config`]
    await getAll(['/config', '/jobmanager/config', ...ofJob])
    const { taskmanagers = [] } = (await get('/taskmanagers', false)) ?? {}
    for (const { id } of taskmanagers) await get(`/taskmanagers/${id}`)
  }

  /** Thread dumps and flame graphs. */
  async function deepLook() {
    for (const n of TASK_MANAGERS) await get(`/taskmanagers/${resourceId(line, n)}/thread-dump`)
    const graphs = vertices.map(({ id }) => `${job}/vertices/${id}/flamegraph?type=full`)
    for (const path of graphs) await get(path, false)
    await sleep(SAMPLING_MS)
    for (const path of graphs) await get(path)
  }

  return { poll, deepLook }
}
