// Line 1 of a recording: what ran, and the true answer of every phase.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { jobJar, LINES, ports, resourceId, TASK_MANAGERS } from '../layout.mjs'

export function header(run, phases, history, { scrapeMs, restMs }) {
  const { definition, line } = run
  const topology = history.topology()
  const placed = phases.map((phase) => ({
    ...phase,
    placement: history.placement(phase),
    all_running_since: history.allRunningSince(phase),
  }))
  return {
    src: 'header',
    id: run.id,
    flink: LINES[line].flink,
    synthetic: false,
    title: definition.title,
    job_id: run.jobId,
    job_name: definition.job,
    started: run.started,
    begin: phases[0].from,
    topology,
    phases: placed.map((phase, i) => ({
      ...phase,
      truth: resolveTruth(phase.truth, run, topology, placed[i - 1] ?? phase),
    })),
    args: definition.nodes.map(({ spec }) => spec),
    control: definition.phases.map(({ name, ctl }) => ({ phase: name, ...ctl })),
    flink_configuration: definition.flinkConfiguration ?? {},
    cluster_configuration: definition.conf ?? {},
    kafka: definition.kafka,
    scrape_ms: scrapeMs,
    rest_ms: restMs,
    job_jar_sha256: createHash('sha256')
      .update(fs.readFileSync(jobJar(line)))
      .digest('hex'),
    processes: processes(line),
  }
}

function processes(line) {
  const p = ports(line)
  const taskManagers = TASK_MANAGERS.map((n) => [
    `tm${n}`,
    { prometheus: p.prometheusOfTaskManager(n), resource_id: resourceId(line, n) },
  ])
  const jm = { prometheus: p.prometheusOfJobManager, rest: p.rest }
  return { jm, ...Object.fromEntries(taskManagers) }
}

/** Scenarios speak of node ids and subtasks; a recording names vertices and TaskManagers. */
function resolveTruth(truth, { line, definition }, topology, before) {
  const vertexOf = (id) => definition.nodes.find((node) => node.id === id)?.vertex ?? id
  const { taskmanager_of: host, ...resolved } = truth
  if (truth.vertex) {
    const name = vertexOf(truth.vertex)
    resolved.vertex = { name, id: topology.find((vertex) => vertex.name === name)?.id }
  }
  for (const key of ['needed_parallelism', 'parallelism_cap']) {
    const byNode = Object.entries(truth[key] ?? {})
    if (truth[key]) resolved[key] = Object.fromEntries(byNode.map(([k, v]) => [vertexOf(k), v]))
  }
  if (truth.taskmanager) resolved.taskmanager = resourceId(line, truth.taskmanager)
  if (host) {
    // Where it ran before the fault moved it.
    const [id, subtask = '0'] = host.split('/')
    resolved.taskmanager = before.placement[vertexOf(id)]?.[Number(subtask)]
  }
  return resolved
}
