import type { GateAnswer, Health } from '../../core/api/gate.ts'

/** What the description of the API shows; tests hold them to their schemas. */

const findings: GateAnswer['findings'] = [
  {
    ...{ rule: 'slow-sink', severity: 'major', title: 'A sink is the bottleneck' },
    ...{ subject: 'Sink: db', since: 1_795_166_880_000 },
    text: 'Sink: db is busy 97 % of its time and takes 4.1 k/s; 6.0 k/s arrive.',
  },
]

const links: GateAnswer['links'] = {
  ...{ job: '/jobs/prod/shop/orders', health: '/api/v1/jobs/prod/shop/orders/health' },
  gate: '/api/v1/jobs/prod/shop/orders/gate',
  findings: '/api/v1/jobs/prod/shop/orders/findings',
}

const RUN = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
const AT = 1_795_167_000_000

export const healthExample: Health = {
  schemaVersion: 1,
  ...{ job: 'prod/shop/orders', cluster: 'prod', namespace: 'shop', name: 'orders' },
  ...{ run: RUN, state: 'RUNNING', score: 6.8, scale: 10, verdict: 'degraded', ok: false },
  ...{ confidence: 0.9, coverage: 0.94, at: AT, dataAgeMs: 3_200 },
  sentence:
    'degraded, 6.8 of 10; Sink: db is busy 97 % of its time and takes 4.1 k/s; 6.0 k/s arrive.',
  missing: [],
  parts: [{ key: 'slow-sink@vertex:prod/shop/orders:sink', rule: 'slow-sink', points: 3.2 }],
  ...{ ceiling: null, findings, weights: 'w2', links },
}

const base: Omit<GateAnswer, 'answer' | 'ok' | 'reason' | 'reasons' | 'score' | 'findings'> = {
  ...{ schemaVersion: 1, job: 'prod/shop/orders', run: RUN, policy: 'wait', scale: 10 },
  ...{ minScore: 8, forMs: 60_000, at: AT, baseline: null, links },
}

const said = (reason: string) => ({ reason, reasons: [reason] })

export const gateExamples: Readonly<Record<GateAnswer['answer'], GateAnswer>> = {
  pass: {
    ...base,
    ...{ answer: 'pass', ok: true, score: 9.4, findings: [] },
    ...said('The score was 9.4 for 60 s (p10 of 12); 8.0 is asked for.'),
  },
  fail: {
    ...base,
    ...{ answer: 'fail', ok: false, score: 6.8, findings },
    ...said('The score was 6.8 for 60 s (p10 of 12); 8.0 is asked for.'),
  },
  unknown: {
    ...base,
    ...{ answer: 'unknown', ok: false, score: null, findings: [] },
    ...said('No score is known inside the last 60 s.'),
  },
}
