import { describe, expect, test } from 'vitest'
import type { Payload } from '../../core/api/batch.ts'
import { flinkRest } from '../../core/flink/client/flink-rest.ts'
import { manualClock } from '../../core/kit/clock.ts'
import { type Log, silentLog } from '../../core/kit/log.ts'
import type { FlinkEvent } from '../../core/model/events.ts'
import { subjectOfEvent } from '../../core/store/event-key.ts'
import { flinkHistory } from './flink-history.ts'
import { createSources } from './index.ts'
import { type MadeRun, madeJobManager } from './jobmanager.fixture.ts'

const AT = 1_790_000_000_000
const SIGNAL = new AbortController().signal
const ended = (id: string, ago: number, over: Partial<MadeRun> = {}): MadeRun => ({
  ...{ id, name: 'orders', state: 'FINISHED', startedAt: AT - ago - 60_000, endedAt: AT - ago },
  ...{ counters: [0, 0, 0, 0], ...over },
})

/** A HistoryServer answers as a JobManager does, of what has ended. */
function archive(...runs: readonly MadeRun[]) {
  const clock = manualClock(AT)
  const server = madeJobManager(clock.now)
  server.runs.push(...runs)
  const warned: string[] = []
  const log: Log = { ...silentLog, warn: (sentence) => void warned.push(sentence) }
  const rest = flinkRest(server.transport)
  const source = flinkHistory({ cluster: 'lab', namespace: '-', rest, clock, log })
  const look = async () => eventsOf(await source.poll(SIGNAL))
  return { clock, server, warned, look }
}

const eventsOf = (payloads: readonly Payload[]): readonly FlinkEvent[] =>
  payloads.flatMap((payload) => (payload.kind === 'events' ? payload.events : []))
const lines = (events: readonly FlinkEvent[]) =>
  events.map((event) => `${event.type} ${'run' in event ? event.run : ''} ${event.at - AT}`)

describe('a HistoryServer', () => {
  test('tells each ended run once, as of its end', async () => {
    const { look } = archive(ended('r1', 5_000), ended('r2', 9_000))
    expect(lines(await look())).toEqual([
      'run r1 -5000',
      'topology r1 -5000',
      'config r1 -5000',
      'run r2 -9000',
      'topology r2 -9000',
      'config r2 -9000',
    ])
    expect(await look()).toEqual([])
  })

  test('is asked only for what is new, and leaves what is older than a week', async () => {
    const { clock, server, look } = archive(ended('old', 8 * 86_400_000))
    expect(await look()).toEqual([])
    server.runs.push(ended('r1', 0))
    await clock.advance(30_000)
    server.asked.length = 0
    expect(lines(await look())[0]).toBe('run r1 0')
    expect(server.asked.filter((path) => path.includes('/jobs/old'))).toEqual([])
  })

  test('that is full of archives is read over many looks, the newest first', async () => {
    const { look } = archive(...Array.from({ length: 25 }, (_, i) => ended(`r${i}x`, i * 1_000)))
    const runsOf = (events: readonly FlinkEvent[]) => events.filter(({ type }) => type === 'run')
    expect(runsOf(await look())).toHaveLength(20)
    expect(lines(runsOf(await look()))[0]).toBe('run r20x -20000')
  })

  test('that is away is said once, and nothing is told of it', async () => {
    const { server, warned, look } = archive(ended('r1', 5_000))
    server.answer(false)
    expect([await look(), await look()]).toEqual([[], []])
    server.answer(true)
    expect(await look()).toHaveLength(3)
    expect(warned).toEqual(['The HistoryServer does not answer; it is asked again.'])
  })

  test('says of a run that was seen alive what was said of it then: one run', async () => {
    const clock = manualClock(AT)
    const live = madeJobManager(clock.now)
    const run = ended('r1', 0, { state: 'RUNNING' })
    live.runs.push(run)
    const sources = createSources(
      { name: 'lab', namespace: '-' },
      { rest: live.transport, scrapes: [] },
      { clock, log: silentLog },
    )
    const seen: FlinkEvent[] = []
    const lookLive = async () => {
      for (const source of sources) seen.push(...eventsOf(await source.poll(SIGNAL)))
    }
    await lookLive()
    await clock.advance(5_000)
    Object.assign(run, { state: 'FINISHED', endedAt: clock.now() })
    await lookLive()

    const { server, look } = archive()
    server.runs.push(run)
    const archived = await look()
    const known = new Set(seen.map(subjectOfEvent))
    expect(archived.filter((event) => !known.has(subjectOfEvent(event)))).toEqual([])
    const graphOf = (events: readonly FlinkEvent[]) =>
      events.flatMap((event) => (event.type === 'topology' ? [event.topology] : []))[0]
    expect(graphOf(archived)).toEqual(graphOf(seen))
    const lastOf = (events: readonly FlinkEvent[]) =>
      events.flatMap((event) => (event.type === 'run' ? [event] : [])).at(-1)
    expect(lastOf(archived)).toMatchObject({
      ...{ job: 'lab/-/orders', run: 'r1', state: 'FINISHED', endedAt: AT + 5_000 },
      startedAt: lastOf(seen)?.startedAt,
    })
  })
})
