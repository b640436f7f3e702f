import { Gauge, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { manualClock } from './clock.ts'
import { event } from './events.ts'
import { createLog } from './log.ts'

const makeKit = () => {
  const clock = manualClock(0)
  const lines: Record<string, unknown>[] = []
  const write = (line: string) => void lines.push(JSON.parse(line))
  const log = createLog({ level: 'info', format: 'json', write, clock })
  return { log, registry: new Registry(), clock, lines }
}

const dropped = {
  metric: 'weir_samples_dropped_total',
  help: 'Samples that were not kept.',
  labels: ['reason'],
  level: 'warn',
  sentence: 'Samples were dropped.',
} as const

test('one call writes the line and moves the counter', async () => {
  const kit = makeKit()
  const samplesDropped = event(kit, dropped)
  samplesDropped({ reason: 'too-old', count: 3, agent: 'a' })
  samplesDropped({ reason: 'too-old' })
  expect(kit.lines).toEqual([
    {
      at: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      message: 'Samples were dropped.',
      reason: 'too-old',
      count: 3,
      agent: 'a',
    },
    {
      at: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      message: 'Samples were dropped.',
      reason: 'too-old',
    },
  ])
  expect(await kit.registry.getMetricsAsJSON()).toMatchObject([
    { name: 'weir_samples_dropped_total', values: [{ value: 4, labels: { reason: 'too-old' } }] },
  ])
})

test('known label values start at zero, and an event without labels, too', async () => {
  const kit = makeKit()
  event(kit, { ...dropped, known: [{ reason: 'too-old' }] })
  event(kit, { metric: 'weir_starts_total', help: 'x', level: 'info', sentence: 'Started.' })
  expect(await kit.registry.metrics()).toContain('weir_samples_dropped_total{reason="too-old"} 0')
  expect(await kit.registry.metrics()).toContain('weir_starts_total 0')
})

test('two parts of one process share the counter of the same event', async () => {
  const kit = makeKit()
  event(kit, dropped)({ reason: 'x' })
  event(kit, dropped)({ reason: 'x' })
  expect(await kit.registry.metrics()).toContain('weir_samples_dropped_total{reason="x"} 2')
})

test('a metric of another kind under the same name is refused', () => {
  const kit = makeKit()
  new Gauge({ name: dropped.metric, help: 'x', registers: [kit.registry] })
  expect(() => event(kit, dropped)).toThrow(
    'The metric weir_samples_dropped_total is already registered and is no counter.',
  )
})

test('a flood is counted in full and written now and then, with the number of lines left out', async () => {
  const kit = makeKit()
  const flood = event(kit, { ...dropped, logEveryMs: 1000 })
  flood({ reason: 'a' })
  flood({ reason: 'a' })
  flood({ reason: 'b' })
  await kit.clock.advance(1000)
  flood({ reason: 'a' })
  expect(kit.lines.map(({ reason, skippedLines }) => [reason, skippedLines])).toEqual([
    ['a', undefined],
    ['b', undefined],
    ['a', 1],
  ])
  expect(await kit.registry.metrics()).toContain('weir_samples_dropped_total{reason="a"} 3')
})
