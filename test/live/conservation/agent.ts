import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Payload } from '../../../core/api/batch.ts'
import { every, systemClock } from '../../../core/kit/clock.ts'
import { silentLog } from '../../../core/kit/log.ts'
import { createScope } from '../../../core/kit/scope.ts'
import { httpSender } from '../../../core/ship/http-sender.ts'
import { createShipper } from '../../../core/ship/shipper.ts'
import { openSpool } from '../../../core/ship/spool/spool.ts'

/**
 * An agent whose samples are known: the n-th payload says `recordsIn = 10 n + subtask` of a moment that n
 * alone decides. It notes in `tally` each n that `ship` has returned from, which is what an agent promises.
 * In its folder, the file `full` makes the spool's disk full and the file `quiet` ends the samples; it keeps
 * its own state in `status.json`.
 */
const { values } = parseArgs({
  options: {
    name: { type: 'string', default: '' },
    folder: { type: 'string', default: '' },
    gateway: { type: 'string', default: '' },
    beginAt: { type: 'string', default: '' },
  },
})
const { name, folder, gateway } = values
const beginAt = Number(values.beginAt)
const path = (file: string) => join(folder, file)

const keep = openSpool({
  ...{ folder: path('spool'), agent: name, maxBytes: 100_000_000 },
  ...{ clock: systemClock, log: silentLog },
  append(file, bytes) {
    if (existsSync(path('full'))) throw new Error('no space left on device')
    return writeSync(file, bytes)
  },
})
const shipper = createShipper(
  {
    ...{ agent: name, epoch: keep.epoch, keep, clock: systemClock, log: silentLog },
    send: httpSender(gateway, { timeoutMs: 15_000 }),
    limits: { maxBackoffMs: 2_000 },
  },
  createScope(name),
)

function payload(n: number): Payload {
  const subtasks = [0, 1, 2, 3, 4]
  const block = {
    at: beginAt + n * 1_000,
    via: 'flink-rest' as const,
    subjects: subtasks.map((subtask) => ({
      ...{ kind: 'subtask' as const, job: `conservation/-/${name}`, run: 'r'.repeat(32) },
      ...{ vertex: 'v'.repeat(32), subtask, attempt: 0 },
    })),
    columns: { recordsIn: subtasks.map((subtask) => 10 * n + subtask) },
  }
  return { kind: 'samples', blocks: [block] }
}

const tally = existsSync(path('tally')) ? readFileSync(path('tally'), 'utf8').split('\n') : []
// One that was shipped but not noted before the death is left out: nobody can say whether it was.
let n = Math.max(0, ...tally.map(Number)) + 1
for await (const _ of every(60, systemClock, new AbortController().signal)) {
  if (!existsSync(path('quiet'))) {
    n++
    shipper.ship(payload(n))
    appendFileSync(path('tally'), `${n}\n`)
  }
  const { waiting, lost, acknowledged } = shipper.stats()
  writeFileSync(path('status.next'), JSON.stringify({ waiting, lost, acknowledged, n }))
  renameSync(path('status.next'), path('status.json'))
  if (acknowledged === 1) process.stdout.write('shipping\n')
}
