// config.yaml, log4j.properties and JVM flags of a cluster.
import fs from 'node:fs'
import path from 'node:path'
import { checkpointDir, clusterDir, ports } from './layout.mjs'

/** Memory of a TaskManager in MiB; the JVM flags follow from it. */
const TASK_MANAGER_MEMORY = {
  frameworkHeap: 96,
  taskHeap: 224,
  frameworkOffHeap: 128,
  network: 64,
  managed: 96,
  metaspace: 160,
  overhead: 192,
}

const UTIL = ['util', 'util.concurrent', 'util.concurrent.atomic', 'util.concurrent.locks']
const OPEN_PACKAGES = ['lang', 'net', 'io', 'nio', 'lang.reflect', 'text', 'time', ...UTIL]

/** What Flink's own start scripts open to reflection. */
const MODULE_FLAGS = [
  '--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED',
  '--add-exports=java.security.jgss/sun.security.krb5=ALL-UNNAMED',
  ...OPEN_PACKAGES.map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`),
  '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED',
]

export const configDir = (line) => path.join(clusterDir(line), 'conf')

export function writeSettings(line, extra = {}) {
  const dir = clusterDir(line)
  for (const sub of ['conf', 'tmp', 'upload', 'ckpt', 'sp']) {
    fs.mkdirSync(path.join(dir, sub), { recursive: true })
  }
  const lines = Object.entries({ ...settings(line), ...extra }).map(([k, v]) => `${k}: ${v}\n`)
  fs.writeFileSync(path.join(configDir(line), 'config.yaml'), lines.join(''))
  fs.writeFileSync(path.join(configDir(line), 'log4j.properties'), LOG4J)
}

function settings(line) {
  const dir = clusterDir(line)
  const port = ports(line)
  return {
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.bind-host': '127.0.0.1',
    'jobmanager.rpc.port': port.rpc,
    'blob.server.port': port.blob,
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': port.rest,
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.host': '127.0.0.1',
    'taskmanager.numberOfTaskSlots': 2,
    'parallelism.default': 1,
    'io.tmp.dirs': path.join(dir, 'tmp'),
    'web.upload.dir': path.join(dir, 'upload'),
    'web.refresh-interval': 1000,
    'metrics.fetcher.update-interval': 2000,
    'metrics.reporters': 'prom',
    'metrics.reporter.prom.factory.class':
      'org.apache.flink.metrics.prometheus.PrometheusReporterFactory',
    'metrics.reporter.prom.filterLabelValueCharacters': false,
    // A comma string is no list here: with it every submission fails with HTTP 400.
    'metrics.job.status.enable': '[STATE, CURRENT_TIME, TOTAL_TIME]',
    'rest.flamegraph.enabled': true,
    'rest.profiling.enabled': true,
    'execution.checkpointing.interval': '10 s',
    'execution.checkpointing.dir': `file://${checkpointDir(line)}`,
    'execution.checkpointing.savepoint-dir': `file://${path.join(dir, 'sp')}`,
    // TaskManagers start beside the JobManager and find it absent at first; the default is 10 s.
    'cluster.registration.error-delay': '1 s',
    'heartbeat.timeout': 20_000,
    'heartbeat.interval': 5_000,
    'slot.request.timeout': 20_000,
    'task.cancellation.timeout': 30_000,
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': 2_147_483_647,
    'restart-strategy.fixed-delay.delay': '2 s',
  }
}

function jvmFlags(line, log) {
  const log4j = path.join(configDir(line), 'log4j.properties')
  return [
    ...MODULE_FLAGS,
    '-XX:TieredStopAtLevel=1',
    `-Dlog.file=${log}`,
    `-Dlog4j.configurationFile=file:${log4j}`,
  ]
}

const dynamic = (values) => Object.entries(values).flatMap(([k, v]) => ['-D', `${k}=${v}`])

export const jobManagerFlags = (line, log) => [
  ...jvmFlags(line, log),
  '-XX:+UseSerialGC',
  '-Xms320m',
  '-Xmx320m',
  '-XX:MaxMetaspaceSize=192m',
]

export const jobManagerSettings = (line) =>
  dynamic({
    'metrics.reporter.prom.port': ports(line).prometheusOfJobManager,
    'jobmanager.memory.heap.size': '320m',
    'jobmanager.memory.off-heap.size': '128m',
    'jobmanager.memory.jvm-metaspace.size': '192m',
    'jobmanager.memory.jvm-overhead.min': '192m',
    'jobmanager.memory.jvm-overhead.max': '192m',
  })

export function taskManagerFlags(line, n, log, memory) {
  const m = { ...TASK_MANAGER_MEMORY, ...memory }
  const heap = m.frameworkHeap + m.taskHeap
  return [
    ...jvmFlags(line, log),
    '-XX:+UseG1GC',
    '-XX:ParallelGCThreads=2',
    '-XX:ConcGCThreads=1',
    `-Xms${heap}m`,
    `-Xmx${heap}m`,
    `-XX:MaxDirectMemorySize=${m.frameworkOffHeap + m.network}m`,
    `-XX:MaxMetaspaceSize=${m.metaspace}m`,
    // The job reads this to know on which TaskManager a subtask runs (knob cost.tm).
    `-Dlab.tm=tm${n}`,
  ]
}

export function taskManagerSettings(line, n, resourceId, memory) {
  const m = { ...TASK_MANAGER_MEMORY, ...memory }
  return dynamic({
    'taskmanager.resource-id': resourceId,
    'taskmanager.rpc.port': ports(line).rpcOfTaskManager(n),
    'metrics.reporter.prom.port': ports(line).prometheusOfTaskManager(n),
    'taskmanager.cpu.cores': '1.0',
    'taskmanager.memory.framework.heap.size': `${m.frameworkHeap}m`,
    'taskmanager.memory.task.heap.size': `${m.taskHeap}m`,
    'taskmanager.memory.framework.off-heap.size': `${m.frameworkOffHeap}m`,
    'taskmanager.memory.task.off-heap.size': '0m',
    'taskmanager.memory.network.min': `${m.network}m`,
    'taskmanager.memory.network.max': `${m.network}m`,
    'taskmanager.memory.managed.size': `${m.managed}m`,
    'taskmanager.memory.jvm-metaspace.size': `${m.metaspace}m`,
    'taskmanager.memory.jvm-overhead.min': `${m.overhead}m`,
    'taskmanager.memory.jvm-overhead.max': `${m.overhead}m`,
  })
}

const LOG4J = `monitorInterval=5
rootLogger.level=INFO
rootLogger.appenderRef.file.ref=MainAppender
rootLogger.appenderRef.console.ref=Console
logger.pekko.name=org.apache.pekko
logger.pekko.level=INFO
logger.kafka.name=org.apache.kafka
logger.kafka.level=WARN
appender.console.type=CONSOLE
appender.console.name=Console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.console.filter.threshold.type=ThresholdFilter
appender.console.filter.threshold.level=ERROR
appender.main.type=RollingFile
appender.main.name=MainAppender
appender.main.append=true
appender.main.fileName=\${sys:log.file}
appender.main.filePattern=\${sys:log.file}.%i
appender.main.layout.type=PatternLayout
appender.main.layout.pattern=%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.main.policies.type=Policies
appender.main.policies.size.type=SizeBasedTriggeringPolicy
appender.main.policies.size.size=50MB
appender.main.strategy.type=DefaultRolloverStrategy
appender.main.strategy.max=3
`
