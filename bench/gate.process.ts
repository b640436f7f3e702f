import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Registry } from 'prom-client'
import { readRecording } from '../agent/transport/recording.ts'
import { createPoller, recordedSources, virtualClock } from '../cli/replay/replay.ts'
import type { Payload } from '../core/api/batch.ts'
import { every, systemClock } from '../core/kit/clock.ts'
import { silentLog } from '../core/kit/log.ts'
import { packageRoot } from '../core/kit/package-root.ts'
import { createScope } from '../core/kit/scope.ts'
import type { JobFacts } from '../core/model/facts.ts'
import { formatJobRef } from '../core/model/job-ref.ts'
import { storeConfig } from '../core/store/config.ts'
import { migrate } from '../core/store/migrate.ts'
import { openStore } from '../core/store/open.ts'
import { diagnosisConfig } from '../diagnosis/config.ts'
import { type MemoryFacts, memoryFacts } from '../diagnosis/facts/memory.ts'
import type { FactSource } from '../diagnosis/facts/source.ts'
import { storedRecords } from '../diagnosis/records.ts'
import { startDiagnosis } from '../diagnosis/start.ts'

/**
 * `weir diagnosis` over an embedded store, whose facts are recorded runs that go on in real time, each of them
 * many jobs: rounds, rules, scores and what is kept of them are as in the product; only reading samples from the
 * store is left out. Arguments: data folder, jobs, port.
 */
const [path = '', jobs, port] = process.argv.slice(2)
const RECORDINGS = 4
/** What has happened when it begins: enough for every rule. */
const BEFORE_MS = 90_000
const STEP_MS = 5_000

const scope = createScope('bench')
const store = await openStore(storeConfig.parse({ kind: 'chdb', path }))
await migrate(store)
const startAt = systemClock.now()
/** One for each cluster, so that a read looks at no other. */
const clusters = new Map<string, MemoryFacts>()
const coming: { readonly at: number; readonly payload: Payload; readonly to: MemoryFacts }[] = []
for (const [index, file] of (await recordings()).entries()) {
  const cluster = `bench${index}`
  const to = memoryFacts()
  clusters.set(cluster, to)
  const recording = await readRecording(file)
  const shiftMs = startAt - BEFORE_MS - recording.header.begin
  const clock = virtualClock(startAt - BEFORE_MS)
  const poll = createPoller(recordedSources(recording, cluster, { clock, shiftMs }, silentLog))
  for (let at = startAt - BEFORE_MS; at <= recording.endAt + shiftMs; at += STEP_MS) {
    clock.set(at)
    for (const payload of await poll(at)) coming.push({ at, payload, to })
  }
}
coming.sort((a, b) => b.at - a.at)
const arrive = (now: number) => {
  while ((coming.at(-1)?.at ?? Infinity) <= now) {
    const next = coming.pop()
    next?.to.accept(next.payload)
  }
}
arrive(startAt)

await startDiagnosis(
  diagnosisConfig.parse({ port: Number(port) }),
  {
    records: { ...storedRecords(store), facts: multiplied(clusters, Number(jobs)) },
    ...{ clock: systemClock, log: silentLog, registry: new Registry() },
  },
  scope,
)
process.stdout.write('ready\n')
process.once('SIGTERM', () => {
  void scope.close(5_000).then(async () => {
    await store.close()
    process.exit(0)
  })
})
for await (const at of every(1_000, systemClock, scope.signal)) arrive(at)

async function recordings(): Promise<readonly string[]> {
  const folder = join(packageRoot(import.meta.url), 'test', 'recordings')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ndjson.gz')).sort()
  return files.slice(0, RECORDINGS).map((file) => join(folder, file))
}

/** Each job of the clusters many times, under other names. */
function multiplied(clusters: ReadonlyMap<string, FactSource>, most: number): FactSource {
  const originals = new Map<string, string>()
  return {
    async jobs(at) {
      const known = await Promise.all([...clusters.values()].map((one) => one.jobs(at)))
      const base = known.flat()
      for (let copy = 0; base.length > 0 && originals.size < most; copy++) {
        for (const job of base.slice(0, most - originals.size)) {
          const [cluster = '', namespace = '', name = ''] = job.split('/')
          originals.set(`${cluster}-${copy}/${namespace}/${name}`, job)
        }
      }
      return [...originals.keys()].sort()
    },
    async read(names, at) {
      const byJob = new Map<string, JobFacts>()
      for (const [cluster, source] of clusters) {
        const own = names.flatMap((job) => originals.get(job) ?? [])
        const asked = [...new Set(own)].filter((job) => job.startsWith(`${cluster}/`))
        if (asked.length === 0) continue
        for (const one of await source.read(asked, at)) byJob.set(one.job, one)
      }
      return names.flatMap((job) => {
        const one = byJob.get(originals.get(job) ?? '')
        const [cluster = ''] = job.split('/')
        const ref = one && { ...one.ref, cluster }
        return ref ? [{ ...one, ref, job: formatJobRef(ref) }] : []
      })
    },
  }
}
