import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert, asyncProperty, constant, integer, oneof, record } from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { manualClock } from '../kit/clock.ts'
import { WeirError } from '../kit/errors.ts'
import { silentLog } from '../kit/log.ts'
import { createScope } from '../kit/scope.ts'
import type { OutgoingBatch, Send } from './outgoing.ts'
import { samplesOf } from './payloads.fixture.ts'
import { createShipper } from './shipper.ts'
import { openSpool } from './spool/spool.ts'

const root = mkdtempSync(join(tmpdir(), 'weir-conservation-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** What a real gateway does with numbers: a mark per sequence, and nothing at or below it twice. */
function ledgerGateway() {
  const marks = new Map<string, number>()
  const stored: number[] = []
  return {
    stored,
    take({ epoch, lane, seq, ...batch }: OutgoingBatch) {
      const key = `${epoch}/${lane}`
      if (seq <= (marks.get(key) ?? 0)) return
      marks.set(key, seq)
      if (batch.kind === 'samples') stored.push(batch.blocks[0]?.at ?? 0)
    },
  }
}

const step = oneof(
  { weight: 6, arbitrary: record({ do: constant('ship' as const) }) },
  {
    weight: 4,
    arbitrary: record({ do: constant('wait' as const), ms: integer({ min: 1, max: 20_000 }) }),
  },
  {
    weight: 3,
    arbitrary: record({
      do: constant('gateway' as const),
      is: oneof(...(['there', 'away', 'deaf'] as const).map((is) => constant(is))),
    }),
  },
  { weight: 1, arbitrary: record({ do: constant('kill' as const) }) },
)

test('what was shipped arrives exactly once, whatever dies and whatever answer is lost', async () => {
  let folders = 0
  const run = async (steps: readonly Step[]) => {
    const folder = join(root, String(++folders))
    const clock = manualClock(1_700_000_000_000)
    const gateway = ledgerGateway()
    let state: 'there' | 'away' | 'deaf' = 'there'
    let generation = 0
    let shipped = 0

    const start = () => {
      const own = ++generation
      const send: Send = async (batch) => {
        // A process that is dead sends nothing more and hears nothing.
        if (own !== generation) return new Promise(() => {})
        if (state === 'away') throw new WeirError('connection refused', { retriable: true })
        gateway.take(batch)
        if (state === 'deaf') throw new WeirError('connection reset', { retriable: true })
        const { agent, epoch, lane, seq } = batch
        return { agent, epoch, lane, seq }
      }
      const keep = openSpool({ folder, agent: 'a', maxBytes: 10_000_000, clock, log: silentLog })
      return createShipper(
        { agent: 'a', epoch: keep.epoch, keep, send, clock, log: silentLog },
        createScope('test', clock),
      )
    }

    let shipper = start()
    for (const one of steps) {
      if (one.do === 'ship') shipper.ship(samplesOf(1, ++shipped))
      else if (one.do === 'wait') await clock.advance(one.ms)
      else if (one.do === 'gateway') state = one.is
      else shipper = start()
    }
    state = 'there'
    await clock.advance(300_000)
    expect(shipper.stats().waiting).toBe(0)
    expect([...gateway.stored].sort((a, b) => a - b)).toEqual(
      Array.from({ length: shipped }, (_, index) => index + 1),
    )
  }
  await assert(asyncProperty(array(step, { maxLength: 40 }), run), { numRuns: 200, seed: 4712 })
})

type Step =
  | { readonly do: 'ship' | 'kill' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'gateway'; readonly is: 'there' | 'away' | 'deaf' }
