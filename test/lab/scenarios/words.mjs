// The words scenarios are written in.

/** One node of the topology: what the job is told, and the name Flink gives the vertex. */
export function node(id, type, inputs, params) {
  const name = params.name ?? id
  const settings = Object.entries(params).map(([key, value]) => `;${key}=${value}`)
  return {
    id,
    name,
    vertex: vertexName(type, name, params),
    spec: `${id}=${type}(${inputs.join(',')})${settings.join('')}`,
  }
}

function vertexName(type, name, params) {
  if (type === 'gen' || type === 'kafka') return `Source: ${name}`
  if (type === 'commitsink' && params.chain) return `${name}: Writer -> ${name}: Committer`
  return /sink$/.test(type) ? `${name}: Writer` : name
}

/**
 * The parallelism that a rate (records/s) and a cost (microseconds per record) need. A subtask does
 * exactly 1e6 / cost records per second: `at_100` just keeps up, `at_70` leaves 30 % of room.
 */
export const needed = (rate, cost) => ({
  at_100: subtasks((rate * cost) / 1e6),
  at_70: subtasks((rate * cost) / 1e6 / 0.7),
})
const subtasks = (load) => Math.ceil(load - 1e-9)

export const HEALTHY = { root_cause: 'none', band: 'healthy', advice: 'leave it alone' }

/** A phase: name, seconds, knobs of the control file, the true answer, a fault to cause. */
export const healthy = (s = 60, ctl) => ({ name: 'healthy', s, ctl, truth: HEALTHY })
export const sick = (s, ctl, truth, more = {}) => ({
  name: 'sick',
  s,
  ctl,
  truth: { band: 'degraded', ...truth },
  ...more,
})
export const recovered = (s, ctl, truth = {}) => ({
  name: 'recovered',
  s,
  ctl,
  truth: { ...HEALTHY, ...truth },
})
