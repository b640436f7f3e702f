import { expect, test } from 'vitest'
import { flinkRest } from '../../core/flink/client/flink-rest.ts'
import type { JobOverview } from '../../core/flink/rest/jobs.ts'
import { checkpointsReader } from './checkpoints.ts'
import { createJobNames } from './job-names.ts'

/** A checkpoint of so many MiB, as Flink's history tells it. */
const told = (id: number, MiB: number, took = 300, persisted = 0) => ({
  ...{ id, status: 'COMPLETED', is_savepoint: false, trigger_timestamp: 1_000 * id },
  ...{ checkpoint_type: persisted > 0 ? 'UNALIGNED_CHECKPOINT' : 'CHECKPOINT' },
  ...{ end_to_end_duration: took, state_size: MiB * 2 ** 20, persisted_data: persisted },
  ...{ num_subtasks: 2, num_acknowledged_subtasks: 2 },
})

const run: JobOverview = {
  ...{ jid: 'r1', name: 'orders', state: 'RUNNING', 'start-time': 1, 'end-time': -1 },
  ...{ 'last-modification': 1, tasks: { total: 2, running: 2 } },
}

/** Reads each of these histories in turn; gives the paths of details that were asked, and what was told. */
async function readAll(histories: readonly (readonly ReturnType<typeof told>[])[]) {
  const asked: string[] = []
  let history: readonly unknown[] = []
  let at = 0
  const rest = flinkRest({
    name: 'made',
    async get(path) {
      at++
      if (path.endsWith('/checkpoints')) {
        const counts = { completed: 1, failed: 0, in_progress: 0 }
        return { status: 200, body: JSON.stringify({ counts, history }), at }
      }
      asked.push(path.replace('/jobs/r1/checkpoints/', ''))
      const sizes = { num_subtasks: 2, num_acknowledged_subtasks: 2, end_to_end_duration: 9 }
      const body = path.includes('/subtasks/')
        ? { subtasks: [] }
        : { tasks: { aaaa: { ...sizes, state_size: 7 } } }
      return { status: 200, body: JSON.stringify(body), at }
    },
  })
  const reader = checkpointsReader(
    {
      ...{ cluster: 'lab', rest, names: createJobNames('lab', '-'), runs: [run] },
      ...{ flinkVersion: '2.2.1', bounded: new Set(), stirred: new Set() },
    },
    { topologyOf: () => undefined, read: () => Promise.resolve([]), keepOnly: () => undefined },
  )
  const words: unknown[] = []
  for (history of histories) {
    for (const payload of await reader.read(run, 'lab/-/orders', new AbortController().signal))
      if (payload.kind === 'events') words.push(...payload.events)
  }
  return { asked, words }
}

test('which vertex grows is asked when the whole has grown by a tenth, and not of small states', async () => {
  const sizes = [0.5, 2, 2.1, 2.3, 2.3]
  const { asked } = await readAll(sizes.map((MiB, index) => [told(index + 1, MiB)]))
  expect(asked).toEqual(['details/2', 'details/4'])
})

test('of a slow one the phases are asked as well', async () => {
  const { asked } = await readAll([[told(1, 0.1, 6_000)]])
  expect(asked).toEqual(['details/1', 'details/1/subtasks/aaaa'])
})

test('what an unaligned one keeps of what was on its way is told, with the parts of its vertices', async () => {
  const { words } = await readAll([[told(1, 3, 300, 2 ** 20)]])
  expect(words).toMatchObject([
    {
      ...{ type: 'checkpoint', unaligned: true, inFlightBytes: 2 ** 20, stateBytes: 3 * 2 ** 20 },
      tasks: [{ vertex: 'aaaa', stateBytes: 7 }],
    },
  ])
})
