import process from 'node:process'
import { Registry } from 'prom-client'
import { systemClock } from '../core/kit/clock.ts'
import { silentLog as log } from '../core/kit/log.ts'
import { createScope } from '../core/kit/scope.ts'
import { operationsConfig } from './config.ts'
import type { JobFacts } from './facts/job-facts.ts'
import { openOperations } from './start.ts'

// Operations in a process of its own, over the folder of the journal, the JobManager and the facts that it is given. It
// lives until it is killed, in the hurry of a test: what takes minutes elsewhere takes milliseconds here.
const [, , folder = '', flink = '', world = ''] = process.argv

const ask = async <T>(path: string) => {
  const response = await fetch(world + path)
  // The parent of this process writes what its readers expect.
  return (await response.json()) as T
}

const parsed = operationsConfig.parse({
  ...{ folder, port: 0, clusters: [{ name: 'lab', url: flink }] },
  limits: { atOnce: 4, perHour: 10_000 },
  policy: { mode: 'apply' },
})
const hurried = { holdMs: 0, cooldownMs: 0, settleMs: 40, effectWithinMs: 10_000 }
const operations = await openOperations(
  { ...parsed, everyMs: 10, policy: { ...parsed.policy, ...hurried } },
  {
    ...{ clock: systemClock, log, registry: new Registry(), say: () => {} },
    ...{ graceMs: 250, requestsPerSecond: 10_000 },
    source: {
      jobs: async () => (await ask<readonly string[]>('')).map((job) => ({ job, hasCause: true })),
      facts: (job) => ask<JobFacts>(job.replace(/^.*-/, '')),
    },
  },
  createScope(),
)
await operations.run()
process.stdout.write('up\n')
