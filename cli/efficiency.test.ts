import { expect, test } from 'vitest'
import type { Efficiency, JobEfficiency } from '../core/api/efficiency.ts'
import { efficiencyText } from './efficiency-text.ts'

const io = { out: () => {}, err: () => {}, env: {}, colours: false, terminal: false, log: noLog }

function noLog(): never {
  throw new Error('nothing is logged here')
}

const job: JobEfficiency = {
  ...{ job: 'prod/shop/orders', cluster: 'prod', namespace: 'shop', name: 'orders', team: 'shop' },
  ...{ shared: false, slots: 4, idleSlots: 2, slotUse: 'good', low: true, observedMs: 86_400_000 },
  cpu: { allotted: 4, mean: 0.2, peak: 0.5, share: 0.125, class: 'low' },
  memory: { allotted: null, mean: null, peak: null, share: null, class: 'unknown' },
  savings: { cores: 3.25, memoryBytes: null, perHour: 0.162 },
}

const fleet: Efficiency = {
  ...{ from: 0, to: 1, target: 0.1, lowShare: 0.5, met: false, currency: 'EUR' },
  teams: [
    {
      ...{ team: 'shop', jobs: 2, low: 1, unknown: 1, cores: 4, memoryBytes: null },
      ...{ slots: 6, idleSlots: 2, savings: { cores: 3.25, memoryBytes: null, perHour: 0.162 } },
    },
  ],
  jobs: [
    job,
    { ...job, job: 'prod/shop/young', idleSlots: null, savings: null },
    {
      ...job,
      job: 'prod/shop/busy',
      low: false,
      savings: { cores: 0, memoryBytes: 0, perHour: 0 },
    },
  ],
}

test('the share, then teams, then the jobs that could give something back', () => {
  expect(efficiencyText(io, fleet).split('\n')).toEqual([
    '50 % of the jobs use little of what they have; at most 10 % should.',
    '',
    'shop  1 of 2 low, 1 not known; 6 slots, 2 more are idle; could give back 3.3 cores, 0.16 EUR an hour',
    '',
    'prod/shop/orders: CPU 13 % at its peak, heap not known, 2 idle slots; could give back 3.3 cores, 0.16 EUR an hour',
    'prod/shop/young: CPU 13 % at its peak, heap not known; what it could give back is known after a whole day',
    '',
  ])
})

test('nothing that is known is no praise', () => {
  expect(efficiencyText(io, { ...fleet, lowShare: null, met: null, jobs: [job] })).toMatch(
    /^What the jobs use was not measured\./,
  )
  expect(efficiencyText(io, { ...fleet, teams: [], jobs: [] })).toBe('No job holds slots.\n')
})
