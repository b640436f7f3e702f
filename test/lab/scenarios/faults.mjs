// What a phase does to the cluster when it begins, besides writing knobs. Every fault is a function
// of {line, jobId, action}; `action` tells the recording and the terminal what was done.
import fs from 'node:fs'
import { killTaskManager, startTaskManager } from '../cluster.mjs'
import { hostsOf, verticesOf } from '../jobs.mjs'
import { kafkaClient, kafkaDown, kafkaUp } from '../kafka.mjs'
import { checkpointDir, taskManagerName } from '../layout.mjs'
import { sendSignal } from '../processes.mjs'
import { rest } from '../rest.mjs'
import { sleep } from '../wait.mjs'

/** For `kill` and `freeze`: the TaskManager that hosts subtask 0 of a vertex. */
export const hostOf =
  (vertex) =>
  async ({ line, jobId }) =>
    (await hostsOf(line, jobId, vertex))[0]

const number = (target, run) => (typeof target === 'function' ? target(run) : target)

/** SIGKILL of a TaskManager, which is started again after `backAfter` seconds. */
export const kill = (target, backAfter) => async (run) => {
  const n = await number(target, run)
  run.action(`SIGKILL tm${n}`)
  await killTaskManager(run.line, n)
  await sleep(backAfter * 1000)
  run.action(`start tm${n}`)
  await startTaskManager(run.line, n)
}

export const freeze = (target, seconds) => async (run) => {
  const n = await number(target, run)
  run.action(`SIGSTOP tm${n}`)
  sendSignal(taskManagerName(run.line, n), 'SIGSTOP')
  await sleep(seconds * 1000)
  run.action(`SIGCONT tm${n}`)
  sendSignal(taskManagerName(run.line, n), 'SIGCONT')
}

export const stopBroker =
  (seconds) =>
  async ({ line, action }) => {
    action('stop broker')
    await kafkaDown(line, 'SIGKILL')
    await sleep(seconds * 1000)
    action('start broker')
    await kafkaUp(line, { keep: true })
  }

export const breakCheckpointDir =
  () =>
  async ({ line, jobId, action }) => {
    const dir = `${checkpointDir(line)}/${jobId}`
    action('replace the checkpoint directory of the job by a plain file')
    fs.renameSync(dir, `${dir}.aside`)
    fs.writeFileSync(dir, 'not a directory')
  }

export const poison =
  (topic, partition) =>
  async ({ line, action }) => {
    const producer = kafkaClient(line, 'legacy-exporter').producer()
    await producer.connect()
    const messages = [{ partition, value: '<html><body>502 Bad Gateway</body></html>' }]
    const [{ baseOffset }] = await producer.send({ topic, messages })
    action(`produce one unreadable record: ${topic}-${partition} offset ${baseOffset}`)
    await producer.disconnect()
  }

export const rescale =
  (vertex, parallelism) =>
  async ({ line, jobId, action }) => {
    const path = `/jobs/${jobId}/resource-requirements`
    const { id } = (await verticesOf(line, jobId)).find(({ name }) => name === vertex)
    const wanted = (await rest(line, path)).json
    wanted[id].parallelism = { lowerBound: 1, upperBound: parallelism }
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'PUT', headers, body: JSON.stringify(wanted) }
    const { status } = await rest(line, path, init)
    action(`PUT resource-requirements: "${vertex}" upper bound ${parallelism}: ${status}`)
  }

export const cancelAfter =
  (seconds) =>
  async ({ line, jobId, action }) => {
    await sleep(seconds * 1000)
    action('PATCH cancel')
    await rest(line, `/jobs/${jobId}`, { method: 'PATCH' })
  }
