// Runs a scenario: the cluster it needs, its job, its phases one after the other.
import { setTimeout as pause } from 'node:timers/promises'
import { down, markUsedUp, up } from './cluster.mjs'
import { getControl, resetControl, setControl } from './control.mjs'
import { LabError } from './errors.mjs'
import { cancel, openJobs, submit, untilRunning } from './jobs.mjs'
import { kafkaUp } from './kafka.mjs'
import { startProducer } from './producer.mjs'
import { scenario } from './scenarios/index.mjs'

// The scenario decides how the job answers to failed checkpoints, not Flink's default of none.
const JOB_SETTINGS = { 'execution.checkpointing.tolerable-failed-checkpoints': '100' }
const START_MS = 60_000
// Knobs that keep a job from being cancelled.
const BLOCKING = /\.(park|snap)$/

/**
 * Begins a scenario in its first phase and returns the run. `enter(name)` goes on to a phase at
 * once; a fault that takes its time goes on in the background until `end`, which cancels the job
 * and leaves the cluster up. With `fresh` the cluster is started anew.
 */
export async function beginScenario(id, options = {}) {
  const definition = scenario(id)
  const { line = definition.line, say = () => undefined, onUp, onAction } = options
  const { job, nodes, phases, kafka, memory, args, flinkConfiguration } = definition
  const conf = options.conf ? { ...definition.conf, ...options.conf } : definition.conf
  if (options.fresh) await down(line)
  say(`cluster ${line} …`)
  await up(line, { conf, memory })
  const others = await openJobs(line)
  if (others.length > 0) say(`note: ${others.length} other job(s) run there and take slots`)

  resetControl(line, [...nodes.map((node) => node.id), ...topicNames(kafka)])
  setControl(line, phases[0].ctl)
  onUp?.(line, definition)
  if (kafka) say(`Kafka ${await kafkaUp(line)}`)
  const producer = kafka && (await startProducer(line, kafka.topics))
  const started = Date.now()
  const { jobId } = await submit(line, {
    job,
    nodes: nodes.map(({ spec }) => spec),
    args,
    control: phases[0].ctl,
    flinkConfiguration: { ...JOB_SETTINGS, ...flinkConfiguration },
  })
  if (!definition.neverRuns) await untilRunning(line, jobId, START_MS)
  say(`job ${job} ${jobId}`)

  const faults = []
  const action = (what) => {
    say(`  ${what}`)
    onAction?.(what)
  }
  const enter = (name) => {
    const phase = phases.find((one) => one.name === name)
    if (phase === undefined) throw new LabError(`${id} has no phase "${name}"`)
    if (phase !== phases[0] && phase.ctl) {
      setControl(line, phase.ctl)
      action(`control file: ${JSON.stringify(phase.ctl)}`)
    }
    if (phase.enter) {
      const fault = phase.enter({ line, jobId, action })
      faults.push(fault.catch((error) => say(`  the fault of phase ${name} failed: ${error}`)))
    }
    return phase
  }
  const end = async ({ keepJob = false } = {}) => {
    await Promise.all(faults)
    await producer?.stop()
    if (definition.restartAfter) markUsedUp(line)
    if (keepJob) return
    const blocking = Object.keys(getControl(line)).filter((knob) => BLOCKING.test(knob))
    setControl(line, Object.fromEntries(blocking.map((knob) => [knob, 0])))
    await cancel(line, jobId)
  }
  enter(phases[0].name)
  return { id, line, definition, jobId, started, enter, end }
}

const topicNames = (kafka) => (kafka?.topics ?? []).map(({ topic }) => topic)

/**
 * Runs every phase for its time. `observer` may have `up(line, definition)`, `begun(run)`,
 * `entered(phase)`, `action(what)`, `leaving(phase)` and `ending()`. An aborted `signal` ends the
 * run early, and tidily.
 */
export async function runScenario(id, options = {}) {
  const { line, say, keepJob, signal, fresh, observer = {} } = options
  const onUp = (...facts) => observer.up?.(...facts)
  const onAction = (what) => observer.action?.(what)
  const run = await beginScenario(id, { line, say, fresh, onUp, onAction })
  try {
    await observer.begun?.(run)
    for (const phase of run.definition.phases) {
      say?.(describe(phase, run.definition))
      observer.entered?.(phase)
      if (phase !== run.definition.phases[0]) run.enter(phase.name)
      await pause(phase.s * 1000, undefined, { signal })
      await observer.leaving?.(phase)
    }
  } finally {
    await observer.ending?.()
    await run.end({ keepJob: keepJob && !signal?.aborted })
  }
  return { id, line: run.line, jobId: run.jobId }
}

/** A phase and its true answer, for the terminal. */
function describe({ name, s, truth }, { nodes }) {
  const nameOf = (id) => nodes.find((node) => node.id === id)?.name ?? id
  const parts = [`truth: ${truth.root_cause} [${truth.band}]`]
  if (truth.vertex) parts.push(`at "${nameOf(truth.vertex)}"`)
  for (const [id, { at_100, at_70 }] of Object.entries(truth.needed_parallelism ?? {})) {
    parts.push(`"${nameOf(id)}" needs ${at_100}, ${at_70} with 30 % of room`)
  }
  return `phase ${name}, ${s} s. ${parts.join('; ')}`
}
