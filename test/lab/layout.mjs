// Where everything of the lab lies: folders, versions, ports and names.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { LabError } from './errors.mjs'

export const HERE = path.dirname(fileURLToPath(import.meta.url))

/** The work folder: class paths, clusters, logs. Nothing outside it is ever written. */
export const LAB = path.resolve(process.env.LAB ?? path.join(HERE, '../../.lab'))

/** One cluster per Flink line. Their ports never collide, so both may run side by side. */
export const LINES = {
  '1.20': { flink: '1.20.3', kafkaConnector: '3.4.0-1.20', classPath: 'cp120', base: 8120 },
  // Of flink-metrics-otel no newer one is published.
  2.2: {
    flink: '2.2.1',
    kafkaConnector: '5.0.0-2.2',
    otelReporter: '2.0.0',
    classPath: 'cp22',
    base: 8220,
  },
}

/** Numbers of the TaskManagers of a cluster; each has two slots. */
export const TASK_MANAGERS = [1, 2, 3]

export function checkLine(line) {
  if (line in LINES) return line
  const given = line === undefined ? 'no Flink line given' : `unknown Flink line "${line}"`
  throw new LabError(`${given}: use ${Object.keys(LINES).join(' or ')}`)
}

/** Every port of a line follows from its base. */
export function ports(line) {
  const { base } = LINES[checkLine(line)]
  return {
    rest: base,
    rpc: base + 1,
    blob: base + 2,
    prometheusOfJobManager: base + 10,
    prometheusOfTaskManager: (n) => base + 10 + n,
    rpcOfTaskManager: (n) => base + 20 + n,
    kafka: base + 50,
    kafkaController: base + 51,
  }
}

export const restUrl = (line) => `http://127.0.0.1:${ports(line).rest}`
export const brokers = (line) => `127.0.0.1:${ports(line).kafka}`

/** Prometheus endpoint of every process of a cluster, by the process name recordings use. */
export function promUrls(line) {
  const p = ports(line)
  const url = (port) => `http://127.0.0.1:${port}/metrics`
  const taskManagers = TASK_MANAGERS.map((n) => [`tm${n}`, url(p.prometheusOfTaskManager(n))])
  return { jm: url(p.prometheusOfJobManager), ...Object.fromEntries(taskManagers) }
}

export const clusterDir = (line) => path.join(LAB, `cluster-${line}`)
export const checkpointDir = (line) => path.join(clusterDir(line), 'ckpt')
/** Where file sinks of the job write; it finds the folder beside that of the control file. */
export const sinkDir = path.join(LAB, 'out')
export const kafkaDir = (line) => path.join(LAB, `kafka-${line}`)
export const kafkaLog = (line) => path.join(kafkaDir(line), 'kafka.log')
export const controlFile = (line) => path.join(LAB, 'ctl', `${line}.properties`)
export const jobJar = (line) => path.join(LAB, `faultjob-${line}.jar`)
export const jars = (classPath) => path.join(LAB, classPath, 'target/lib/*')
export const flinkJars = (line) => jars(LINES[line].classPath)

/** Names of the pid files. */
export const jobManagerName = (line) => `jm-${line}`
export const taskManagerName = (line, n) => `tm${n}-${line}`
export const kafkaName = (line) => `kafka-${line}`

/** The id under which Flink knows TaskManager n. */
export const resourceId = (line, n) => `lab-${line.replace('.', '')}-taskmanager-1-${n}`
export const numberOfResource = (id) => Number(id.slice(id.lastIndexOf('-') + 1))

/** Log file and standard output of every process of a cluster. */
export function logFiles(line) {
  const log = path.join(clusterDir(line), 'log')
  const both = (proc, name) => [
    path.join(log, proc, `${name}.log`),
    path.join(log, proc, `${name}.out`),
  ]
  const files = { jm: both('jm', 'jobmanager') }
  for (const n of TASK_MANAGERS) files[`tm${n}`] = both(`tm${n}`, 'taskmanager')
  return files
}
