// What the header must know of the job's past, gathered from the REST answers as they are recorded:
// the topology as submitted, where subtasks ran, and when everything ran.

export function followJob(jobId) {
  const jobPath = `/jobs/${jobId}`
  const vertexPath = new RegExp(`^${jobPath}/vertices/\\w+$`)
  const states = []
  const places = []
  let topology = []

  function observe({ src, path, status, body }, t = Date.now()) {
    if (src !== 'rest') return
    if (path === jobPath) {
      const job = status === 200 ? JSON.parse(body) : undefined
      if (topology.length === 0) topology = (job?.vertices ?? []).map(asSubmitted)
      states.push({ t, running: job?.state === 'RUNNING' && job.vertices.every(isRunning) })
    } else if (status === 200 && vertexPath.test(path)) {
      const { name, subtasks } = JSON.parse(body)
      places.push({ t, name, taskManagers: subtasks.map((one) => one['taskmanager-id']) })
    }
  }

  /** TaskManager of every subtask at the end of a phase, by vertex name. */
  const placement = ({ from, to }) => {
    const inPhase = places.filter(({ t }) => t >= from && t <= to)
    return Object.fromEntries(inPhase.map(({ name, taskManagers }) => [name, taskManagers]))
  }

  /** Since when every task ran; null when not all of them did at the end of the phase. */
  const allRunningSince = ({ from, to }) => {
    const inPhase = states.filter(({ t }) => t >= from && t <= to)
    const lastDown = inPhase.findLastIndex(({ running }) => !running)
    return lastDown < 0 ? from : (inPhase[lastDown + 1]?.t ?? null)
  }

  return { observe, placement, allRunningSince, topology: () => topology }
}

const asSubmitted = ({ id, name, parallelism }) => ({ id, name, parallelism })
const isRunning = ({ status }) => status === 'RUNNING'
