import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readRecording } from '../../agent/transport/recording.ts'
import { embeddedStore } from '../../cli/open-store.ts'
import { replayLine } from '../../cli/replay/lines.ts'
import {
  createPoller,
  ROUND_MS,
  recordedSources,
  replayRecording,
  virtualClock,
} from '../../cli/replay/replay.ts'
import { ReplayLine } from '../../core/api/replay-line.ts'
import { rowsOf } from '../../core/api/rows.ts'
import { silentLog } from '../../core/kit/log.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore } from '../../core/store/open.ts'
import { writeEvents, writeSamples } from '../../core/store/write.ts'
import { recordingsFolder } from '../accuracy/judge.ts'
import { runWeir } from '../live/weir.ts'
import { chdbMissing } from '../store/chdb-missing.ts'

// The tables forget by the store's own clock: what is written must be young.
const BEGIN = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000

/** Writes a recording into the store as if it had been watched from `BEGIN` on; resolves with its end. */
async function watched(data: string, name: string): Promise<number> {
  const store = await openStore(embeddedStore(join(data, 'store')))
  await migrate(store)
  const recording = await readRecording(join(recordingsFolder, `${name}.ndjson.gz`))
  const shiftMs = BEGIN - recording.header.begin
  const clock = virtualClock(BEGIN)
  const poll = createPoller(recordedSources(recording, 'lab', { clock, shiftMs }, silentLog))
  const endAt = recording.endAt + shiftMs
  for (let at = BEGIN; at <= endAt; at += ROUND_MS) {
    clock.set(at)
    for (const [index, payload] of (await poll(at)).entries()) {
      const token = `${name}/${at}/${index}`
      if (payload.kind === 'events') await writeEvents(store, payload.events, { token })
      else if (payload.kind === 'samples')
        await writeSamples(store, rowsOf(payload.blocks), { token })
    }
  }
  await store.close()
  return endAt
}

/** The lines of the recording itself, moved in nothing: they count from its begin. */
async function ofTheFile(name: string): Promise<readonly ReplayLine[]> {
  const recording = await readRecording(join(recordingsFolder, `${name}.ndjson.gz`))
  const lines: ReplayLine[] = []
  for await (const { at, diagnoses } of replayRecording(recording, 'lab', silentLog))
    for (const one of diagnoses) lines.push(replayLine(one, at, recording.header.begin))
  return lines
}

const linesOf = (out: string) =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ReplayLine.parse(JSON.parse(line)))

describe.skipIf(chdbMissing !== undefined)('history that a store holds', () => {
  const data = mkdtempSync(join(tmpdir(), 'weir-history-'))
  let endAt = 0
  beforeAll(async () => {
    endAt = await watched(data, 'slow-sink-a')
  }, 120_000)
  afterAll(() => rmSync(data, { recursive: true, force: true }))

  const replayed = (...more: readonly string[]) =>
    runWeir(['replay', '--json', '--data', data, ...more])
  const span = (from: number, to: number) => [
    '--from',
    String(from),
    '--to',
    new Date(to).toISOString(),
  ]

  test('is replayed to the lines that the recording of it is replayed to', {
    timeout: 120_000,
  }, async () => {
    const { code, out, err } = await replayed(...span(BEGIN, endAt), '--job', 'price-updates')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const lines = linesOf(out)
    expect(lines.length).toBeGreaterThan(25)
    expect(lines).toEqual(await ofTheFile('slow-sink-a'))
  })

  test('of its second half begins with what was open then', { timeout: 120_000 }, async () => {
    const { out } = await replayed(...span(endAt - 40_000, endAt))
    const [first] = linesOf(out)
    const sink = first?.findings.find(({ rule }) => rule === 'slow-sink')
    expect(sink?.cause).toBe(true)
    expect(sink?.since).toBeLessThan(0)
  })

  test.each([
    [
      'of a job that it does not know, but one like it',
      () => [...span(BEGIN, endAt), '--job', 'price-update'],
      /holds nothing of "price-update" between .*; it knows price-updates\./,
    ],
    [
      'of a time before it',
      () => span(BEGIN - 40 * 60_000, BEGIN - 39 * 60_000),
      /holds nothing of any job between /,
    ],
    ['backwards', () => span(endAt, BEGIN), /--from must be before --to/],
    ['from a moment that is none', () => ['--from', 'noon'], /must be epoch ms or a time such as/],
  ])('%s is told in a sentence', { timeout: 60_000 }, async (_, args, sentence) => {
    const { code, out, err } = await replayed(...args())
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(sentence)
  })

  test('in a folder without a store is not made there', async () => {
    const empty = join(data, 'empty')
    const { code, err } = await runWeir(['replay', '--from', '0', '--data', empty])
    expect(code).toBe(2)
    expect(err).toMatch(/There is no store in .*empty; give the folder/)
  })

  test('without a place is asked for', async () => {
    const { code, err } = await runWeir(['replay', '--from', '2026-11-20T09:00:00Z'])
    expect(code).toBe(2)
    expect(err).toMatch(/--data DIR, --store URL or --config FILE/)
  })
})
