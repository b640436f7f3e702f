#!/usr/bin/env node
// The command line of the lab: `npm run lab -- --help`.
import { parseArgs } from 'node:util'
import * as lab from './index.mjs'
import { reduceRecording } from './reduce.mjs'

const HELP = `Real Flink and Kafka on this machine, and a job that falls ill on command.

  npm run lab -- setup                    download the class paths, compile the fault job
  npm run lab -- up LINE                  JobManager + 3 TaskManagers of 2 slots; LINE: 1.20 or 2.2
                 [--conf KEY=VALUE …]     further settings of the cluster
  npm run lab -- submit LINE --job NAME --node SPEC …   run the fault job (SPEC: README.md)
                 [--max-parallelism N]
  npm run lab -- control LINE [NODE.KNOB=VALUE …]       change a running job; alone: show the knobs
  npm run lab -- cancel LINE [JOB]        cancel one job, or all
  npm run lab -- kill LINE N              SIGKILL TaskManager N (1 to 3)
  npm run lab -- start LINE N             start it again
  npm run lab -- kafka up LINE [--keep]   broker, empty unless --keep
  npm run lab -- kafka down LINE
  npm run lab -- scenarios                list the scenarios
  npm run lab -- run SCENARIO [--line LINE] [--keep-job]
                                          bring up what it needs, go through its phases, cancel the
                                          job (unless --keep-job) and leave the cluster up
  npm run lab -- record SCENARIO [--line LINE] [--out FILE]
                                          the same on a cluster started anew, recorded
  npm run lab -- reduce FILE OUT          a recording without what no source of Weir reads
  npm run lab -- down [LINE]              end that cluster; alone: end everything, Kafka too
  npm run lab -- ps                       what runs

Ports, on 127.0.0.1 only       1.20         2.2
  REST                         8120         8220
  Prometheus JobManager        8130         8230
  Prometheus TaskManagers      8131-8133    8231-8233
  Kafka                        8170         8270

Everything lies under .lab in the repository, or under $LAB.`

const one = { type: 'string' }
const many = { type: 'string', multiple: true }
const flag = { type: 'boolean' }

/** Every word: the options it takes, how many words may follow it, what it does. */
const COMMANDS = {
  setup: { run: setup },
  up: { options: { conf: many }, words: 1, run: up },
  submit: { options: { job: one, node: many, 'max-parallelism': one }, words: 1, run: submit },
  control: { words: Infinity, run: control },
  cancel: { words: 2, run: cancel },
  kill: { words: 2, run: kill },
  start: { words: 2, run: start },
  kafka: { options: { keep: flag }, words: 2, run: kafka },
  scenarios: { run: listScenarios },
  run: { options: { line: one, 'keep-job': flag }, words: 1, run: runScenario },
  record: { options: { line: one, out: one }, words: 1, run: record },
  reduce: { words: 2, run: reduce },
  down: { words: 1, run: down },
  ps: { run: ps },
}

const say = (text) => console.log(`${new Date().toTimeString().slice(0, 8)} ${text}`)

async function setup() {
  await lab.setup({ say })
  say(`set up in ${lab.LAB}`)
}

async function up([line], { conf = [] }) {
  const { restUrl, promUrls, dir } = await lab.up(line, { conf: pairs(conf) })
  say(`REST ${restUrl}`)
  say(
    `Prometheus ${Object.entries(promUrls)
      .map(([proc, url]) => `${proc} ${url}`)
      .join('  ')}`,
  )
  say(`files ${dir}`)
}

async function submit([line], options) {
  if (!options.node) throw new lab.LabError('submit needs at least one --node SPEC (see README.md)')
  const max = options['max-parallelism']
  const args = max === undefined ? [] : ['--max-parallelism', max]
  const { jobId } = await lab.submit(line, { job: options.job, nodes: options.node, args })
  console.log(jobId)
}

async function control([line, ...knobs]) {
  lab.setControl(line, pairs(knobs))
  for (const [knob, value] of Object.entries(lab.getControl(line))) console.log(`${knob}=${value}`)
}

async function cancel([line, jobId]) {
  const jobs = jobId === undefined ? await lab.openJobs(line) : [jobId]
  for (const id of jobs) await lab.cancel(line, id)
  say(`cancelled: ${jobs.join(', ') || 'no job runs'}`)
}

async function kill([line, n]) {
  await lab.killTaskManager(line, taskManager(n))
  say(`TaskManager ${n} of ${line} killed`)
}

async function start([line, n]) {
  await lab.startTaskManager(line, taskManager(n))
  say(`TaskManager ${n} of ${line} runs`)
}

async function kafka([verb, line], { keep }) {
  if (verb === 'up') say(`broker ${await lab.kafkaUp(line, { keep })}`)
  else if (verb === 'down') await lab.kafkaDown(line)
  else throw new lab.LabError('kafka: say `kafka up LINE` or `kafka down LINE`')
}

async function listScenarios() {
  for (const { id, line, title, phases } of Object.values(lab.scenarios)) {
    const seconds = phases.reduce((sum, phase) => sum + phase.s, 0)
    console.log(`${id.padEnd(24)} ${line.padEnd(5)} ${String(seconds).padStart(4)} s  ${title}`)
  }
}

async function runScenario([id], options) {
  const { line, 'keep-job': keepJob } = options
  const run = await lab.runScenario(id, { line, keepJob, say, signal: interrupt() })
  const rest = `http://127.0.0.1:${lab.LINES[run.line].base}`
  say(`${id} is over; the cluster goes on at ${rest} until \`npm run lab -- down ${run.line}\``)
}

async function record([id], { line, out }) {
  const file = await lab.recordScenario(id, { line, out, say, signal: interrupt() })
  say(`recorded in ${file}`)
}

async function reduce([file, out]) {
  if (out === undefined) throw new lab.LabError('reduce needs a recording and where to write it')
  const { before, after } = reduceRecording(file, out)
  say(`${out}: ${Math.round(after / 1024)} KiB of ${Math.round(before / 1024)}`)
}

async function down([line]) {
  if (line !== undefined) return lab.down(line)
  for (const each of Object.keys(lab.LINES)) {
    await lab.down(each)
    await lab.kafkaDown(each)
  }
}

async function ps() {
  for (const { name, pid, rssMiB } of lab.list()) {
    console.log(`${name.padEnd(12)} ${pid === undefined ? 'ended' : `pid ${pid}  ${rssMiB} MiB`}`)
  }
}

/** Ctrl-C ends a run tidily: its job is cancelled. A second one ends this program at once. */
function interrupt() {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort())
  return controller.signal
}

function taskManager(text) {
  if (['1', '2', '3'].includes(text)) return Number(text)
  throw new lab.LabError(`unknown TaskManager "${text ?? ''}": use 1, 2 or 3`)
}

function pairs(texts) {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new lab.LabError(`"${text}" is not of the form key=value`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

async function main([word, ...rest]) {
  if (word === undefined || word === 'help' || word === '--help' || rest.includes('--help')) {
    console.log(HELP)
    return
  }
  if (!Object.hasOwn(COMMANDS, word)) {
    throw new lab.LabError(`unknown word "${word}": see \`npm run lab -- --help\``)
  }
  const { options = {}, words = 0, run } = COMMANDS[word]
  const { values, positionals } = parse(rest, options)
  if (positionals.length > words) {
    throw new lab.LabError(`${word}: "${positionals[words]}" is one word too many`)
  }
  await run(positionals, values)
}

function parse(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new lab.LabError(error.message)
  }
}

try {
  await main(process.argv.slice(2))
  process.exit(0)
} catch (error) {
  const known = error instanceof lab.LabError
  if (error.name === 'AbortError') console.error('interrupted')
  else console.error(known ? `lab: ${error.message}` : error)
  process.exit(known ? 2 : error.name === 'AbortError' ? 130 : 1)
}
