import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Bus, type BusRecord, maxRecordBytes, sizeOf } from './bus.ts'

export interface BusContract {
  readonly name: string
  /** Opens a bus; the same instance name finds again what an earlier one kept. */
  readonly open: (instance: string) => Promise<Bus>
  /** Whether the bus keeps records over a restart; otherwise the reason why it need not. */
  readonly durable: true | { readonly not: string }
}

const record = (key: string, text: string, headers = {}): BusRecord => ({
  key,
  value: Buffer.from(text),
  headers,
})
const textOf = ({ value }: BusRecord) => Buffer.from(value).toString()
const patient = { timeout: 25_000, interval: 20 }

/** What both buses promise, whoever carries the records. */
export function busContract({ name, open, durable }: BusContract): void {
  let instances = 0
  const opened: Bus[] = []
  const openNew = async (instance = `i${++instances}`) => {
    const bus = await open(instance)
    opened.push(bus)
    return bus
  }
  const collect = async (bus: Bus, group: string) => {
    const seen: BusRecord[] = []
    await bus.subscribe('weir.samples', group, async (records) => void seen.push(...records))
    return seen
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((bus) => bus.close()))
  })

  describe(`${name} bus`, { timeout: 60_000 }, () => {
    test('carries key, value and headers unchanged', async () => {
      const bus = await openNew()
      const seen = await collect(bus, 'writer')
      const sent = {
        key: 'agent-ü',
        value: Uint8Array.of(0, 255, 10, 128),
        headers: { kind: 'a b' },
      }
      await bus.publish('weir.samples', [sent])
      await vi.waitFor(() => expect(seen).toHaveLength(1), patient)
      expect(seen.map((one) => ({ ...one, value: [...one.value] }))).toEqual([
        { ...sent, value: [0, 255, 10, 128] },
      ])
    })

    test('keeps the order of each key', async () => {
      const bus = await openNew()
      const seen = await collect(bus, 'writer')
      const keys = ['a', 'b', 'c']
      const numbers = Array.from({ length: 100 }, (_, index) => String(index))
      await Promise.all(
        numbers.flatMap((n) => keys.map((key) => bus.publish('weir.samples', [record(key, n)]))),
      )
      await vi.waitFor(() => expect(seen).toHaveLength(300), patient)
      for (const key of keys) {
        expect(seen.filter((one) => one.key === key).map(textOf)).toEqual(numbers)
      }
    })

    test('keeps topics apart', async () => {
      const bus = await openNew()
      const samples = await collect(bus, 'writer')
      const logs: string[] = []
      await bus.subscribe(
        'weir.logs',
        'writer',
        async (records) => void logs.push(...records.map(textOf)),
      )
      await bus.publish('weir.samples', [record('a', 'sample')])
      await bus.publish('weir.logs', [record('a', 'line')])
      await vi.waitFor(
        () => expect([samples.map(textOf), logs]).toEqual([['sample'], ['line']]),
        patient,
      )
    })

    test('gives every record to each group', async () => {
      const bus = await openNew()
      const [one, two] = [await collect(bus, 'writer'), await collect(bus, 'watcher')]
      await bus.publish('weir.samples', [record('a', '1'), record('a', '2')])
      await vi.waitFor(() => {
        expect([one.map(textOf), two.map(textOf)]).toEqual([
          ['1', '2'],
          ['1', '2'],
        ])
      }, patient)
    })

    test('keeps what is published before anybody subscribes', async () => {
      const bus = await openNew()
      const published = bus.publish('weir.samples', [record('a', 'early')])
      const seen = await collect(bus, 'writer')
      await published
      await vi.waitFor(() => expect(seen.map(textOf)).toEqual(['early']), patient)
    })

    test('brings records again, in order, when the handler failed', async () => {
      const bus = await openNew()
      const done: string[] = []
      let failures = 0
      await bus.subscribe('weir.samples', 'writer', async (records) => {
        if (failures++ < 2) throw Object.assign(new Error('store away'), { retriable: true })
        done.push(...records.map(textOf))
      })
      const numbers = Array.from({ length: 20 }, (_, index) => String(index))
      await Promise.all(numbers.map((n) => bus.publish('weir.samples', [record('a', n)])))
      await vi.waitFor(() => expect(done.at(-1)).toBe('19'), patient)
      expect([...new Set(done)]).toEqual(numbers)
    })

    test('takes a record of the largest size and refuses a larger one for good', async () => {
      const bus = await openNew()
      const seen = await collect(bus, 'writer')
      const largest = { key: 'a', value: new Uint8Array(maxRecordBytes - 1).fill(7) }
      const larger = { key: 'a', value: new Uint8Array(maxRecordBytes) }
      await expect(bus.publish('weir.samples', [larger])).rejects.toMatchObject({
        name: 'BusError',
        code: 'bus-record-too-large',
        retriable: false,
      })
      await bus.publish('weir.samples', [largest, largest])
      await vi.waitFor(
        () => expect(seen.map(sizeOf)).toEqual([maxRecordBytes, maxRecordBytes]),
        patient,
      )
    })

    test('publishing nothing is done at once', async () => {
      const bus = await openNew()
      expect(await bus.publish('weir.samples', [])).toBeUndefined()
    })

    test('a closed bus refuses, and says that it is worth coming again', async () => {
      const bus = await openNew()
      await bus.close()
      const refusal = { name: 'BusError', code: 'bus-closed', retriable: true }
      await expect(bus.publish('weir.samples', [record('a', 'x')])).rejects.toMatchObject(refusal)
      await expect(bus.subscribe('weir.samples', 'g', async () => {})).rejects.toMatchObject(
        refusal,
      )
      await bus.close()
    })

    test('closing waits for the running handler', async () => {
      const bus = await openNew()
      const steps: string[] = []
      let letGo = () => {}
      const gate = new Promise<void>((resolve) => {
        letGo = resolve
      })
      await bus.subscribe('weir.samples', 'writer', async () => {
        steps.push('started')
        await gate
        steps.push('ended')
      })
      const published = bus.publish('weir.samples', [record('a', 'x')]).catch(() => {})
      await vi.waitFor(() => expect(steps).toEqual(['started']), patient)
      const closing = bus.close().then(() => steps.push('closed'))
      letGo()
      await Promise.all([closing, published])
      expect(steps).toEqual(['started', 'ended', 'closed'])
    })

    const reason = durable === true ? '' : ` (skipped: ${durable.not})`
    test.skipIf(durable !== true)(`loses nothing over close and reopen${reason}`, async () => {
      const instance = `i${++instances}`
      const first = await openNew(instance)
      await first.publish('weir.samples', [record('a', '1'), record('a', '2')])
      await first.close()

      const second = await openNew(instance)
      const seenBySecond = await collect(second, 'writer')
      await vi.waitFor(() => expect(seenBySecond.map(textOf)).toEqual(['1', '2']), patient)
      await second.close()

      const third = await openNew(instance)
      await third.publish('weir.samples', [record('a', '3')])
      const seenByThird = await collect(third, 'writer')
      await vi.waitFor(() => expect(seenByThird.map(textOf)).toEqual(['3']), patient)
    })
  })
}
