import { defineRule, grade } from '../engine/rule.ts'
import { nameOf } from '../signals/load.ts'
import { dominatedBy, newestCompleted, paceOf } from './checkpoint-history.ts'
import { no, unknown } from './look-alikes.ts'
import { aboutVertex } from './needs.ts'
import { mebibytes, percent, seconds } from './words.ts'

/** Shorter than this no interval makes it long. */
const LEAST_MS = 5_000

export const checkpointAsync = defineRule({
  id: 'checkpoint-async',
  title: 'Writing the state takes long',
  category: 'checkpoints',
  scope: 'job',
  stage: 'stable',
  applies: ({ run }) => run?.bounded !== true,
  needs: { required: { newest: newestCompleted }, toldApartBy: {} },
  levels: {
    share: {
      minor: 0.5,
      major: 1,
      crit: 4,
      help: 'Asynchronous phase of the slowest subtask ÷ checkpoint interval, in two of the newest three checkpoints; from 1 the next one is late.',
    },
  },
  impact: { minor: 0.5, major: 2.2, crit: 3 },
  messages: {
    found:
      '{vertex} writes its state for {wrote} of {whole}, {share} of the interval: {bytes} at {speed}/s.',
    store:
      'Look at the store behind execution.checkpointing.dir: throttling, latency, the bandwidth of the TaskManagers, other jobs that write there.',
    less: 'Write less: incremental checkpoints, a TTL; or more at once: state.backend.rocksdb.checkpoint.transfer.thread.num.',
  },
  explains: [
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
    { rule: 'checkpoint-expired', where: 'job' },
  ],
  opensAfter: 1,
  resolvesAfter: 2,

  evaluate({ newest }, { share: level }, _asked, view) {
    const found = dominatedBy(newest, 'asyncMs', LEAST_MS)
    if (!found) return []
    const pace = paceOf(view)
    if (!pace) return { unknown: 'how often checkpoints are wanted (configuration, or quick ones)' }
    const { checkpoint, task, ms, times } = found
    const reached = grade(ms / pace.intervalMs, level)
    if (!reached) return []
    const name = nameOf(view.facts.topology, task.vertex)
    const bytes = task.stateBytes ?? checkpoint.stateBytes
    return [
      {
        severity: reached.severity,
        message: 'found',
        params: {
          vertex: name,
          wrote: seconds(ms),
          whole: seconds(checkpoint.endToEndMs),
          share: percent(ms / pace.intervalMs),
          bytes: mebibytes(bytes),
          speed: mebibytes((bytes * 1000) / ms),
        },
        subject: aboutVertex(view, { id: task.vertex, name }),
        evidence: [
          {
            label: `asynchronous phase of ${name} ÷ checkpoint interval`,
            unit: 'ratio',
            observed: Number((ms / pace.intervalMs).toPrecision(3)),
            limit: reached.limit,
            bad: 'above',
            series: { signal: 'checkpointMs' },
          },
          { label: 'state it wrote', unit: 'bytes', observed: bytes },
        ],
        toldApart: [
          task.syncMs === undefined
            ? unknown('checkpoint-sync', 'the synchronous phase is not known')
            : no('checkpoint-sync', `processing stopped for ${seconds(task.syncMs)} only`),
          task.startDelayMs === undefined
            ? unknown('checkpoint-start-delay', 'how late the barrier came is not known')
            : no('checkpoint-start-delay', `the barrier came after ${seconds(task.startDelayMs)}`),
          unknown('checkpoint-storage', 'what this store can do at best is not known'),
        ],
        suggestions: [
          { message: 'store', risk: 'none' },
          { message: 'less', risk: 'restart' },
        ],
        sureness: 0.6 + 0.1 * times,
      },
    ]
  },
})
