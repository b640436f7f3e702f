// One Kafka broker per line (KRaft, one node), so that a scenario may stop its own.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import kafkajs from 'kafkajs'
import { brokers, checkLine, jars, kafkaDir, kafkaLog, kafkaName, ports } from './layout.mjs'
import { running, startJava, stop } from './processes.mjs'
import { checkSetUp } from './setup.mjs'
import { until } from './wait.mjs'

const CLUSTER_ID = 'TGFiS2Fma2FUZXN0QmVkMQ'
const CLASS_PATH = jars('kafka-cp')

/**
 * Starts the broker (if it does not run) and returns its address. What an earlier broker held is
 * kept only with `keep`.
 */
export async function kafkaUp(line, { keep = false } = {}) {
  checkLine(line)
  checkSetUp(line)
  if (running(kafkaName(line))) return brokers(line)
  const dir = kafkaDir(line)
  if (!keep) fs.rmSync(dir, { recursive: true, force: true })
  fs.mkdirSync(dir, { recursive: true })
  const config = path.join(dir, 'server.properties')
  const log4j = path.join(dir, 'log4j.properties')
  fs.writeFileSync(config, serverProperties(line))
  fs.writeFileSync(log4j, log4jProperties(line))
  const flags = [`-Dlog4j.configuration=file:${log4j}`, '-cp', CLASS_PATH]
  if (!fs.existsSync(path.join(dir, 'data/meta.properties'))) format(flags, config)
  const logFrom = fs.existsSync(kafkaLog(line)) ? fs.statSync(kafkaLog(line)).size : 0
  const memory = ['-Xms256m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
  startJava(kafkaName(line), [...memory, ...flags, 'kafka.Kafka', config], `${dir}/kafka.out`)
  await until(`Kafka broker (see ${dir}/kafka.out)`, 60_000, () =>
    fs.readFileSync(kafkaLog(line)).subarray(logFrom).includes('Kafka Server started'),
  )
  return brokers(line)
}

export const kafkaDown = (line, signal) => stop(kafkaName(checkLine(line)), signal)

/** A kafkajs client of the broker that gives up within seconds, because brokers die here. */
export const kafkaClient = (line, clientId) =>
  new kafkajs.Kafka({
    clientId,
    brokers: [brokers(line)],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 2, maxRetryTime: 3000 },
    requestTimeout: 5000,
    connectionTimeout: 2000,
  })

function format(flags, config) {
  const tool = ['kafka.tools.StorageTool', 'format', '--ignore-formatted', '-t', CLUSTER_ID]
  const stdio = ['ignore', 'ignore', 'inherit']
  execFileSync('java', [...flags, ...tool, '-c', config], { stdio })
}

function serverProperties(line) {
  const controller = `127.0.0.1:${ports(line).kafkaController}`
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@${controller}
listeners=PLAINTEXT://${brokers(line)},CONTROLLER://${controller}
advertised.listeners=PLAINTEXT://${brokers(line)}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${path.join(kafkaDir(line), 'data')}
num.partitions=4
offsets.topic.replication.factor=1
offsets.topic.num.partitions=5
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=5
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.segment.bytes=33554432
log.retention.bytes=268435456
num.network.threads=2
num.io.threads=2
`
}

const log4jProperties = (line) => `log4j.rootLogger=INFO, f
log4j.appender.f=org.apache.log4j.FileAppender
log4j.appender.f.File=${kafkaLog(line)}
log4j.appender.f.layout=org.apache.log4j.PatternLayout
log4j.appender.f.layout.ConversionPattern=[%d] %p %m (%c)%n
`
