import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readRecording } from '../agent/transport/recording.ts'
import { createPoller, recordedSources, virtualClock } from '../cli/replay/replay.ts'
import type { SampleBlock } from '../core/api/batch.ts'
import { silentLog } from '../core/kit/log.ts'
import { packageRoot } from '../core/kit/package-root.ts'
import { jobMetrics, processMetrics, taskMetrics } from '../core/model/metrics.ts'

type Subject = SampleBlock['subjects'][number]

/** What one recording of a real cluster says in samples, oldest first. */
export interface RecordedCluster {
  readonly name: string
  readonly beginAt: number
  readonly endAt: number
  readonly blocks: readonly SampleBlock[]
}

const folder = join(packageRoot(import.meta.url), 'test', 'recordings')

/** Plays the recordings of the repository through the agent's own sources. */
export async function recordedClusters(most: number): Promise<readonly RecordedCluster[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ndjson.gz')).sort()
  const clusters: RecordedCluster[] = []
  for (const file of files.slice(0, most)) {
    const recording = await readRecording(join(folder, file))
    const name = file.replace('.ndjson.gz', '')
    const clock = virtualClock(recording.header.begin)
    const poll = createPoller(recordedSources(recording, name, { clock, shiftMs: 0 }, silentLog))
    const blocks: SampleBlock[] = []
    for (let at = recording.header.begin; at <= recording.endAt; at += 5_000) {
      clock.set(at)
      for (const payload of await poll(at)) {
        if (payload.kind === 'samples') blocks.push(...payload.blocks)
      }
    }
    clusters.push({ name, beginAt: recording.header.begin, endAt: recording.endAt, blocks })
  }
  return clusters
}

/** How a recording is multiplied. */
export interface Copy {
  /** Which copy, from 0: it names the cluster and sets its rates apart. */
  readonly copy: number
  /** How many times the recording is played on, one after the other; counters go on. */
  readonly loops: number
  /** When the copy ends, epoch ms. */
  readonly endAt: number
}

/**
 * A cluster like the recorded one, as it might run beside it: the same ups and downs, all rates larger or
 * smaller by up to a quarter, other names. No noise is added: what varies is what varied on real Flink.
 */
export function* copyOf(
  recorded: RecordedCluster,
  { copy, loops, endAt }: Copy,
): Generator<SampleBlock> {
  const spanMs = recorded.endAt - recorded.beginAt + 5_000
  const factor = 0.8 + 0.45 * fraction(`${recorded.name}/${copy}`)
  const grown = growthOf(recorded.blocks)
  for (let loop = 0; loop < loops; loop++) {
    const shiftMs = endAt - (loops - loop) * spanMs - recorded.beginAt
    for (const block of recorded.blocks) {
      const keys = block.subjects.map(keyOf)
      yield {
        ...block,
        at: block.at + shiftMs,
        subjects: block.subjects.map((subject) => renamed(subject, copy)),
        columns: Object.fromEntries(
          Object.entries(block.columns).map(([metric, column = []]) => [
            metric,
            column.map((value, index) => {
              if (value === null) return null
              const kept = isCounter(metric)
                ? loop * (grown.get(`${keys[index]}/${metric}`) ?? 0)
                : 0
              return scaled(value + kept, metric, factor)
            }),
          ]),
        ),
      }
    }
  }
}

const specs = { ...taskMetrics, ...processMetrics, ...jobMetrics }
const specOf = (metric: string) => (specs as Record<string, { kind: string; unit: string }>)[metric] // any metric of the catalogue, by name
const isCounter = (metric: string) => specOf(metric)?.kind === 'counter'

/** Whole numbers stay whole; shares and moments stay what they are. */
function scaled(value: number, metric: string, factor: number): number {
  const unit = specOf(metric)?.unit
  if (unit === 'ratio' || unit === 'epochMs' || metric === 'up') return value
  return Number.isInteger(value) ? Math.round(value * factor) : value * factor
}

/** By how much each counter grew from the first to the last sample. */
function growthOf(blocks: readonly SampleBlock[]): ReadonlyMap<string, number> {
  const first = new Map<string, number>()
  const last = new Map<string, number>()
  for (const { subjects, columns } of blocks) {
    const keys = subjects.map(keyOf)
    for (const [metric, column = []] of Object.entries(columns)) {
      column.forEach((value, index) => {
        if (value === null) return
        const key = `${keys[index]}/${metric}`
        if (!first.has(key)) first.set(key, value)
        last.set(key, value)
      })
    }
  }
  return new Map([...last].map(([key, value]) => [key, Math.max(0, value - (first.get(key) ?? 0))]))
}

function keyOf(subject: Subject): string {
  return Object.values(subject).join('/')
}

function renamed(subject: Subject, copy: number): Subject {
  if (subject.kind === 'taskmanager' || subject.kind === 'jobmanager') {
    return { ...subject, cluster: `${subject.cluster}-${copy}` }
  }
  const [cluster = '', namespace = '', name = ''] = subject.job.split('/')
  const run = createHash('md5').update(`${subject.run}/${copy}`).digest('hex')
  return { ...subject, job: `${cluster}-${copy}/${namespace}/${name}`, run }
}

/** From 0 to 1, the same for the same text. */
function fraction(text: string): number {
  return createHash('md5').update(text).digest().readUInt32BE() / 2 ** 32
}

/** Values in a block: what every peer calls samples. */
export function samplesIn(block: SampleBlock): number {
  let samples = 0
  for (const column of Object.values(block.columns)) {
    for (const value of column ?? []) if (value !== null) samples++
  }
  return samples
}
