// From a JDK and Maven to class paths and a compiled fault job. Done parts are skipped.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from './errors.mjs'
import { flinkJars, HERE, jobJar, LAB, LINES } from './layout.mjs'
import { alone } from './lock.mjs'

const LOG4J = '2.24.3'
const KAFKA = '3.9.1'
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
const INSTALL = {
  java: 'install a JDK, version 11 or newer (Debian: openjdk-17-jdk-headless)',
  mvn: 'install Maven 3.6 or newer (Debian: maven)',
}

const KAFKA_CLASS_PATH = {
  name: 'kafka-cp',
  artifacts: [
    ['org.apache.kafka', 'kafka_2.13', KAFKA],
    ['org.apache.kafka', 'kafka-tools', KAFKA],
    ['org.slf4j', 'slf4j-reload4j', '1.7.36'],
  ],
}

const FLINK_MODULES = [
  'flink-clients',
  'flink-runtime-web',
  'flink-statebackend-rocksdb',
  'flink-metrics-prometheus',
  'flink-connector-base',
  'flink-connector-files',
  'flink-connector-datagen',
]
const LOG4J_MODULES = ['log4j-slf4j-impl', 'log4j-core', 'log4j-api', 'log4j-1.2-api']

/** Flink's jar names the SDK as optional, and has to be given it. */
const OPEN_TELEMETRY = '1.30.0'
const otelArtifacts = (reporter) => [
  ['org.apache.flink', 'flink-metrics-otel', reporter],
  ['io.opentelemetry', 'opentelemetry-sdk', OPEN_TELEMETRY],
  ['io.opentelemetry', 'opentelemetry-exporter-otlp', OPEN_TELEMETRY],
  ['io.opentelemetry', 'opentelemetry-semconv', `${OPEN_TELEMETRY}-alpha`],
]

function flinkClassPath(line) {
  const { flink, kafkaConnector, otelReporter, classPath } = LINES[line]
  return {
    name: classPath,
    artifacts: [
      ...FLINK_MODULES.map((module) => ['org.apache.flink', module, flink]),
      ['org.apache.flink', 'flink-connector-kafka', kafkaConnector],
      ...(otelReporter ? otelArtifacts(otelReporter) : []),
      ...LOG4J_MODULES.map((module) => ['org.apache.logging.log4j', module, LOG4J]),
    ],
  }
}

const classPaths = () => [...Object.keys(LINES).map(flinkClassPath), KAFKA_CLASS_PATH]

/** Resolves every class path from Maven Central and compiles the fault job for both lines. */
export async function setup({ say = console.log } = {}) {
  const missing = missingTools()
  if (missing) throw new LabError(missing)
  await alone('setup', async () => {
    for (const classPath of classPaths()) resolve(classPath, say)
    for (const line of Object.keys(LINES)) compileJob(line, say)
  })
}

/** Why the lab cannot run on this machine, as a sentence; undefined when it can. */
export function missingTools() {
  const tools =
    classPaths().every(isResolved) && Object.keys(LINES).every(isCompiled)
      ? ['java']
      : ['java', 'javac', 'jar', 'mvn']
  const absent = tools.filter((tool) => !runs(tool))
  if (absent.length === 0) return undefined
  const advice = new Set(absent.map((tool) => (tool === 'mvn' ? INSTALL.mvn : INSTALL.java)))
  return `the lab needs ${absent.join(', ')} on the PATH: ${[...advice].join('; ')}`
}

/** `setup` must have been run before anything is started. */
export function checkSetUp(line) {
  const missing = missingTools()
  if (missing) throw new LabError(missing)
  if (isResolved(flinkClassPath(line)) && isResolved(KAFKA_CLASS_PATH) && isCompiled(line)) return
  throw new LabError('the lab is not set up: run `npm run lab -- setup` first')
}

function runs(tool) {
  try {
    // Java 8 does not know this option, so it counts as missing.
    execFileSync(tool, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

// ---- class paths

const readyFile = ({ name }) => path.join(LAB, name, 'ready.xml')
const isResolved = (classPath) => contains(readyFile(classPath), pom(classPath))

function resolve(classPath, say) {
  if (isResolved(classPath)) return
  const dir = path.join(LAB, classPath.name)
  const started = Date.now()
  say(`${classPath.name}: downloading from Maven Central …`)
  fs.rmSync(dir, { recursive: true, force: true })
  fs.mkdirSync(dir, { recursive: true })
  fs.writeFileSync(path.join(dir, 'pom.xml'), pom(classPath))
  const quiet = ['-q', '-B', '-Dstyle.color=never']
  const args = [...quiet, COPY, '-DincludeScope=runtime', '-DoutputDirectory=target/lib']
  try {
    execFileSync('mvn', args, { cwd: dir, stdio: ['ignore', 'inherit', 'inherit'] })
  } catch (error) {
    throw new LabError(
      `Maven could not fetch ${classPath.name} (its message is above; exit code ${error.status})`,
    )
  }
  // Written last: an interrupted download is not taken for a complete one.
  fs.writeFileSync(readyFile(classPath), pom(classPath))
  const count = fs.readdirSync(path.join(dir, 'target/lib')).length
  say(`${classPath.name}: ${count} jars in ${seconds(started)} s`)
}

function pom({ name, artifacts }) {
  const dependencies = artifacts.map(
    ([group, artifact, version]) =>
      `  <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>` +
      `<version>${version}</version></dependency>`,
  )
  return `<project>
 <modelVersion>4.0.0</modelVersion>
 <groupId>lab</groupId><artifactId>${name}</artifactId><version>1</version>
 <packaging>pom</packaging>
 <dependencies>
${dependencies.join('\n')}
 </dependencies>
</project>
`
}

// ---- the fault job

/** One source tree for both lines; only what the Flink versions disagree on lies in line-*. */
const sources = (line) =>
  ['src', `line-${line}`].flatMap((dir) => {
    const folder = path.join(HERE, 'job', dir)
    return fs
      .readdirSync(folder)
      .sort()
      .map((file) => path.join(folder, file))
  })

const classesDir = (line) => path.join(LAB, `classes-${line}`)
const compiledFile = (line) => path.join(classesDir(line), '.compiled')
const isCompiled = (line) =>
  fs.existsSync(jobJar(line)) && contains(compiledFile(line), fingerprint(line))

function fingerprint(line) {
  const hash = createHash('sha256').update(LINES[line].flink)
  for (const file of sources(line)) hash.update(fs.readFileSync(file))
  return hash.digest('hex')
}

function compileJob(line, say) {
  if (isCompiled(line)) return
  const out = classesDir(line)
  const started = Date.now()
  fs.rmSync(out, { recursive: true, force: true })
  fs.mkdirSync(out, { recursive: true })
  const flags = ['-nowarn', '-Xlint:none', '--release', '11', '-cp', flinkJars(line), '-d', out]
  try {
    execFileSync('javac', [...flags, ...sources(line)], { stdio: ['ignore', 'inherit', 'pipe'] })
    execFileSync('jar', ['cf', jobJar(line), '-C', out, '.'])
  } catch (error) {
    throw new LabError(`the fault job does not compile for Flink ${line}:\n${error.stderr}`)
  }
  fs.writeFileSync(compiledFile(line), fingerprint(line))
  say(`fault job for ${line}: compiled in ${seconds(started)} s`)
}

function contains(file, text) {
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text
}

const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1)
