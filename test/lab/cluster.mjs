// A Flink session cluster: one JobManager and three TaskManagers, plain Java processes.
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from './errors.mjs'
import * as settings from './flink-settings.mjs'
import {
  checkLine,
  clusterDir,
  controlFile,
  flinkJars,
  jobManagerName,
  logFiles,
  promUrls,
  resourceId,
  restUrl,
  sinkDir,
  TASK_MANAGERS,
  taskManagerName,
} from './layout.mjs'
import { alone } from './lock.mjs'
import { running, stop, startJava } from './processes.mjs'
import { rest } from './rest.mjs'
import { checkSetUp } from './setup.mjs'
import { until } from './wait.mjs'

const JOB_MANAGER = 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint'
const TASK_MANAGER = 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner'
const START_MS = 120_000

/**
 * Brings a cluster up and waits until every TaskManager is registered. One that already runs with
 * the same settings stays, and gets back the TaskManagers it lost; other settings start it anew.
 */
export async function up(line, { conf = {}, memory = {} } = {}) {
  checkLine(line)
  checkSetUp(line)
  await alone('start', async () => {
    const wanted = JSON.stringify({ conf, memory })
    if (isGood(line) && startedWith(line) === wanted) {
      const lost = TASK_MANAGERS.filter((n) => !running(taskManagerName(line, n)))
      await Promise.all(lost.map((n) => startTaskManager(line, n)))
    } else {
      await down(line)
      await startCluster(line, wanted)
    }
  })
  return { line, restUrl: restUrl(line), promUrls: promUrls(line), dir: clusterDir(line) }
}

async function startCluster(line, wanted) {
  if (await rest(line, '/overview').catch(() => undefined)) {
    throw new LabError(`${restUrl(line)} is already used by a program the lab did not start`)
  }
  fs.rmSync(path.join(clusterDir(line), 'log'), { recursive: true, force: true })
  fs.rmSync(sinkDir, { recursive: true, force: true })
  fs.rmSync(controlFile(line), { force: true })
  fs.rmSync(usedUpFile(line), { force: true })
  const { conf, memory } = JSON.parse(wanted)
  settings.writeSettings(line, conf)
  fs.writeFileSync(startedWithFile(line), wanted)
  spawnJobManager(line)
  for (const n of TASK_MANAGERS) spawnTaskManager(line, n, memory)
  const ready = async () => {
    checkStarting(line)
    return (await rest(line, '/overview')).json.taskmanagers === TASK_MANAGERS.length
  }
  await until(`all TaskManagers of ${line}`, START_MS, ready)
}

const usedUpFile = (line) => path.join(clusterDir(line), 'used-up')
const isGood = (line) => running(jobManagerName(line)) && !fs.existsSync(usedUpFile(line))

/** What ran may have damaged the TaskManagers: the next `up` starts the cluster anew. */
export const markUsedUp = (line) => fs.writeFileSync(usedUpFile(line), '')

/** A JobManager that ended while it started will never answer: say so at once. */
function checkStarting(line) {
  if (!running(jobManagerName(line))) {
    throw new LabError(`the JobManager ended while it started: see ${logFiles(line).jm.join(', ')}`)
  }
}

const startedWithFile = (line) => path.join(clusterDir(line), 'started-with.json')
function startedWith(line) {
  const file = startedWithFile(line)
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined
}

function spawnJobManager(line) {
  const [log, out] = logFiles(line).jm
  const java = [...settings.jobManagerFlags(line, log), '-cp', flinkJars(line), JOB_MANAGER]
  const flink = ['--configDir', settings.configDir(line), ...settings.jobManagerSettings(line)]
  startJava(jobManagerName(line), [...java, ...flink], out)
}

function spawnTaskManager(line, n, memory) {
  const [log, out] = logFiles(line)[`tm${n}`]
  const flags = settings.taskManagerFlags(line, n, log, memory)
  const own = settings.taskManagerSettings(line, n, resourceId(line, n), memory)
  const flink = ['--configDir', settings.configDir(line), ...own]
  const name = taskManagerName(line, n)
  startJava(name, [...flags, '-cp', flinkJars(line), TASK_MANAGER, ...flink], out)
}

/** SIGKILL, as the kernel does it to a container over its limit. Flink notices within 10 s. */
export async function killTaskManager(line, n) {
  const name = taskManagerName(checkLine(line), n)
  if (!running(name)) throw new LabError(`TaskManager ${n} of ${line} does not run`)
  await stop(name, 'SIGKILL')
}

/** Starts TaskManager n (if it does not run) and waits until it is registered. */
export async function startTaskManager(line, n) {
  if (running(taskManagerName(checkLine(line), n))) return
  const { memory } = JSON.parse(startedWith(line))
  // A killed one is still listed for some seconds, under the same id but another data port.
  const before = (await registration(line, n))?.dataPort
  spawnTaskManager(line, n, memory)
  await until(`registration of TaskManager ${n}`, START_MS, async () => {
    const now = await registration(line, n)
    return now !== undefined && now.dataPort !== before
  })
}

async function registration(line, n) {
  const { taskmanagers } = (await rest(line, '/taskmanagers')).json
  return taskmanagers.find(({ id }) => id === resourceId(line, n))
}

/** Ends every process of the cluster. */
export async function down(line) {
  checkLine(line)
  await Promise.all(TASK_MANAGERS.map((n) => stop(taskManagerName(line, n))))
  await stop(jobManagerName(line))
}
