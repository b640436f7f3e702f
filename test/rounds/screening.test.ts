import { readdir } from 'node:fs/promises'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type JobRows, jobLike, recordedRows } from '../../bench/fleet.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import { storeConfig, temporaryPath } from '../../core/store/config.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { writeEvents, writeSamples } from '../../core/store/write.ts'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { Diagnosis, TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import type { FactSource } from '../../diagnosis/facts/source.ts'
import { storedFacts } from '../../diagnosis/facts/stored.ts'
import { createBoard } from '../../diagnosis/rounds/board.ts'
import { type EvaluateDeps, evaluate, repeat } from '../../diagnosis/rounds/evaluate.ts'
import { roundEvents } from '../../diagnosis/rounds/happenings.ts'
import { createScreening } from '../../diagnosis/rounds/screening.ts'
import { recordingsFolder } from '../accuracy/judge.ts'
import { chdbMissing } from '../store/chdb-missing.ts'
import { disturbances, randomOf } from './disturb.ts'

// The tables forget by the store's own clock: what is written must be young.
const END = Math.floor(Date.now() / 60_000) * 60_000
const SPAN_MS = 16 * 60_000
const ROUND_MS = 30_000
const SHAPE = { vertices: 4, subtasks: 2, taskmanagers: 2, intervalMs: 10_000 }

/** What a round says of a job and must not depend on how it came to it. */
function said({ score, findings }: Diagnosis) {
  const { value, verdict, coverage, parts, ceiling } = score
  return {
    ...{ value, verdict, coverage, parts, ceiling },
    findings: findings.map(({ key, severity, state, cause, since, points, explainedBy }) => {
      return { key, severity, state, cause, since, points, explainedBy }
    }),
  }
}

/** Rounds that read everything, beside rounds that screen, over the same store. */
async function compared(facts: FactSource, jobs: readonly string[]) {
  const { pulses } = facts
  if (!pulses) throw new Error('Only a store tells pulses.')
  const memories = new Map<string, TrackerMemory>()
  const board = createBoard()
  const screening = createScreening({ pulses }, board.latest)
  const events = roundEvents({ log: silentLog, registry: new Registry(), clock: systemClock })
  const deps: EvaluateDeps = {
    ...{ facts, board, events, diagnose, learn: screening.learn },
    save: async () => {},
  }
  const differences: unknown[] = []
  const keptOf = new Map<string, number>()
  for (let at = END - SPAN_MS + 6 * 60_000 + 3_000; at <= END; at += ROUND_MS) {
    const { kept, loud } = await screening.screen(jobs, at)
    await repeat(kept, deps)
    await evaluate(loud, at, deps)
    screening.endRound(new Set(jobs))
    for (const { diagnosis } of kept)
      keptOf.set(diagnosis.job, (keptOf.get(diagnosis.job) ?? 0) + 1)
    for (const one of await facts.read(jobs, at)) {
      const whole = diagnose(one, memories.get(one.job))
      memories.set(one.job, whole.memory)
      const screened = board.latest().get(one.job)?.diagnosis
      const [a, b] = [said(whole), screened && said(screened)]
      if (JSON.stringify(a) !== JSON.stringify(b))
        differences.push({ job: one.job, agoMs: END - at, whole: a, screened: b })
    }
  }
  return { differences, keptOf }
}

describe.skipIf(chdbMissing)('rounds that screen say what rounds that read everything say', () => {
  let store: Store
  let facts: FactSource
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
    facts = storedFacts(store)
  })
  afterAll(() => store.close())

  const give = async (name: string, rows: JobRows): Promise<string> => {
    await writeSamples(store, rows, { token: name })
    await writeEvents(store, rows.events, { token: name })
    return rows.events.find((event) => event.type === 'run')?.job ?? ''
  }

  test('of every recording, played on and on', { timeout: 240_000 }, async () => {
    const files = (await readdir(recordingsFolder)).filter((file) => file.endsWith('.ndjson.gz'))
    const jobs: string[] = []
    for (const file of files.sort()) {
      const name = file.replace('.ndjson.gz', '')
      const recorded = await recordedRows(name)
      jobs.push(await give(name, jobLike(recorded, name, SHAPE, { endAt: END, spanMs: SPAN_MS })))
    }
    const { differences, keptOf } = await compared(facts, jobs)
    expect(differences).toEqual([])
    expect(keptOf.size).toBeGreaterThan(5)
  })

  test.each(['healthy-a', 'over-provisioned-a'])(
    'of jobs like %s to which something happens',
    { timeout: 240_000 },
    async (name) => {
      const recorded = await recordedRows(name)
      const jobs: string[] = []
      for (const [index, [what, disturb]] of Object.entries(disturbances).entries()) {
        const cluster = `${name}-${index}`
        const random = randomOf(index * 31 + name.length)
        const rows = jobLike(recorded, cluster, SHAPE, { endAt: END, spanMs: SPAN_MS })
        const from = END - (3 + Math.floor(random() * 4)) * 60_000
        const to = from + 30_000 + random() * 240_000
        jobs.push(await give(`${cluster} ${what}`, disturb(rows, { from, to, random })))
      }
      const { differences, keptOf } = await compared(facts, jobs)
      expect(differences).toEqual([])
      expect([...keptOf.values()].reduce((a, b) => a + b, 0)).toBeGreaterThan(20)
    },
  )
})
