import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import type { Episode } from '../model/episode.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { readEpisodes, readPositions, writeEpisodes } from './episodes.ts'
import { migrate } from './migrate.ts'
import { openStore, type Store } from './open.ts'

/** The tables forget by the real clock, so what is written is of today. */
const NOW = Math.floor(Date.now() / 60_000) * 60_000
const ago = (minutes: number) => NOW - minutes * 60_000

const episode = (over: Partial<Episode>): Episode => ({
  ...{ job: 'lab/-/订单', run: 'r1', vertex: 'v1', name: 'Sink "one"', role: 'root' },
  ...{ startAt: ago(30), seenAt: ago(20), worst: 0.9, mean: 0.6, severity: 'high' },
  ...over,
})

describe.skipIf(chdbMissing)('episodes', () => {
  let store: Store
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store.close())

  test('an episode that lasts is replaced by its later word, and ends once', async () => {
    const job = 'a'
    const first = episode({ job, seenAt: ago(25) })
    const ended = episode({ job, endAt: ago(20), worst: 1, mean: 0.7 })
    await writeEpisodes(store, [first])
    expect(await readEpisodes(store, job, { from: ago(60), to: NOW })).toEqual([first])
    await writeEpisodes(store, [ended])
    await writeEpisodes(store, [ended])
    expect(await readEpisodes(store, job, { from: ago(60), to: NOW })).toEqual([ended])
  })

  test('what touches the range is in it, oldest first', async () => {
    const job = 'b'
    const old = episode({ job, startAt: ago(50), seenAt: ago(40), endAt: ago(40) })
    const victim = episode({ job, vertex: 'v0', role: 'victim' })
    const root = episode({ job })
    await writeEpisodes(store, [root, victim, old])
    const read = (from: number, to: number) => readEpisodes(store, job, { from, to })
    expect(await read(ago(60), NOW)).toEqual([old, root, victim])
    expect(await read(ago(25), ago(24))).toEqual([root, victim])
    expect(await read(ago(39), ago(31))).toEqual([])
  })

  test('position × time × count: only the part within the range counts, longest first', async () => {
    const place = { job: 'c', endAt: ago(20) }
    await writeEpisodes(store, [
      episode({ ...place, mean: 0.4, worst: 0.5 }),
      episode({ ...place, startAt: ago(16), seenAt: ago(14), endAt: ago(14), mean: 0.9 }),
      episode({ ...place, vertex: 'v0', name: 'Source', role: 'victim', startAt: ago(29) }),
      episode({ ...place, job: 'd' }),
    ])
    const at = { job: 'c', vertex: 'v1', name: 'Sink "one"', role: 'root' as const }
    const span = { from: ago(24), to: ago(15) }
    const positions = await readPositions(store, { job: 'c', ...span })
    const [root, victim] = positions
    expect(positions.length).toBe(2)
    expect(root).toEqual({ ...at, episodes: 2, ms: 300_000, worst: 0.9, mean: expect.closeTo(0.5) })
    expect(victim).toMatchObject({ role: 'victim', name: 'Source', episodes: 1, ms: 240_000 })
    const all = await readPositions(store, { job: undefined, from: ago(24), to: ago(21) })
    expect(all.filter(({ job }) => job === 'c' || job === 'd').length).toBe(3)
  })
})
