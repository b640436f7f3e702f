import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { type ManualClock, manualClock, systemClock } from '../core/kit/clock.ts'
import { silentLog } from '../core/kit/log.ts'
import { createScope } from '../core/kit/scope.ts'
import { storeConfig } from '../core/store/config.ts'
import { migrate } from '../core/store/migrate.ts'
import { openStore } from '../core/store/open.ts'
import { diagnose } from '../diagnosis/engine/diagnose.ts'
import { storedRecords } from '../diagnosis/records.ts'
import { type Rounds, startRounds } from '../diagnosis/rounds/rounds.ts'
import { fillFleet } from './fleet-store.ts'

export interface RoundsOptions {
  readonly jobs: number
  readonly vertices: number
  readonly subtasks: number
  readonly taskmanagers: number
  readonly interval: number
  /** Share of jobs with a fault. */
  readonly sick: number
  readonly rounds: number
}

export interface RoundHeld {
  readonly round: number
  readonly jobs: number
  readonly readWhole: number
  readonly seconds: number
  readonly cpuSeconds: number
  readonly rssMB: number
  readonly heapMB: number
}

/** Samples are this old when a round reads them. */
const SHIPPED_MS = 3_000
const FIRST_SAMPLES_MS = 6 * 60_000

/**
 * Rounds over a store with a fleet in it, as the product holds them: reads, rules, board, saving. Time goes on
 * by an interval from round to round, and each finds the samples that came meanwhile. The first round knows
 * nothing and reads every window; the others are what a fleet costs day by day.
 */
export async function rounds(options: RoundsOptions): Promise<readonly RoundHeld[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-bench-'))
  const store = await openStore(storeConfig.parse({ kind: 'chdb', path: join(folder, 'weir') }))
  const scope = createScope('bench')
  try {
    await migrate(store)
    const { jobs, interval, vertices, subtasks, taskmanagers, sick } = options
    const intervalMs = interval * 1000
    const endAt = Math.floor(systemClock.now() / 60_000) * 60_000
    const spanMs = FIRST_SAMPLES_MS + options.rounds * intervalMs
    const shape = { vertices, subtasks, taskmanagers, intervalMs }
    await fillFleet(store, { jobs, sick, shape, endAt, spanMs })
    const clock = manualClock(endAt - (options.rounds - 1) * intervalMs + SHIPPED_MS)
    const records = storedRecords(store)
    let readWhole = 0
    const held = startRounds(
      {
        facts: {
          ...records.facts,
          read(asked, at) {
            readWhole += asked.length
            return records.facts.read(asked, at)
          },
        },
        diagnose: (facts, memory) => diagnose(facts, memory),
        save: (diagnoses, repeated) => records.save(diagnoses, repeated),
        load: (at) => records.load(at),
        clock,
        kit: { log: silentLog, registry: new Registry() },
        intervalMs,
      },
      scope,
    )
    const measured: RoundHeld[] = []
    for (let round = 1; round <= options.rounds; round++) {
      readWhole = 0
      const [begin, cpu] = [performance.now(), process.cpuUsage()]
      await roundOf(held, clock, round > 1 ? intervalMs : 0)
      const { user, system } = process.cpuUsage(cpu)
      const { rss, heapUsed } = process.memoryUsage()
      measured.push({
        ...{ round, jobs: held.latestDiagnoses().size, readWhole },
        ...{ seconds: (performance.now() - begin) / 1000, cpuSeconds: (user + system) / 1e6 },
        ...{ rssMB: Math.round(rss / 1e6), heapMB: Math.round(heapUsed / 1e6) },
      })
      process.stderr.write('.')
    }
    process.stderr.write('\n')
    return measured
  } finally {
    await scope.close(10_000)
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Moves the time on to the next round and waits until it is over. */
function roundOf(held: Rounds, clock: ManualClock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = held.onRound(() => {
      stop()
      resolve()
    })
    // The beat before this one has ended, so that this wakes the next.
    if (ms > 0) void clock.advance(ms)
  })
}
