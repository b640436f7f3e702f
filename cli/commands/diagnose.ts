import { Command } from 'commander'
import { clusterName } from '../../agent/config.ts'
import { createSources } from '../../agent/sources/index.ts'
import type { Source } from '../../agent/sources/source.ts'
import { flinkRest } from '../../core/flink/client/flink-rest.ts'
import { httpTransport } from '../../core/flink/client/http.ts'
import { every, systemClock } from '../../core/kit/clock.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { VerdictWord } from '../../core/model/finding.ts'
import { NO_NAMESPACE } from '../../core/model/job-ref.ts'
import { diagnose } from '../../diagnosis/engine/diagnose.ts'
import type { Diagnosis, TrackerMemory } from '../../diagnosis/engine/diagnosis.ts'
import { type MemoryFacts, memoryFacts } from '../../diagnosis/facts/memory.ts'
import { answerText } from '../answer-text.ts'
import type { Io } from '../io.ts'
import { type ExitCode, runCommand } from '../run.ts'
import { collect, parseFlink } from './flink-option.ts'

interface Options {
  readonly json?: boolean
  readonly prometheus: readonly string[]
  readonly token?: string
}

/** An answer is due within half a minute; two more seconds are left for the last requests. */
const ANSWER_WITHIN_MS = 27_000
const LOOK_EVERY_MS = 2_000

export function diagnoseCommand(io: Io): Command {
  return new Command('diagnose')
    .description(
      'Looks at a cluster for half a minute and says what is wrong with its jobs. Keeps nothing.',
    )
    .argument('<url>', 'the JobManager, http://host:8081')
    .option(
      '--prometheus <url>',
      'a Prometheus reporter of the cluster (several times)',
      collect,
      [],
    )
    .option('--token <token>', 'bearer token, where a proxy asks for one')
    .option('--json', 'one JSON document instead of sentences')
    .addHelpText(
      'after',
      '\nExit codes: 0 all healthy, 1 something is degraded or unhealthy, 2 usage, 3 unknown',
    )
    .action((address: string, options: Options) =>
      runCommand(io, async (scope) => {
        const target = parseFlink(address)
        const clock = systemClock
        const rest = httpTransport(target.url, { clock, token: options.token, perSecond: 5 })
        // Whatever is wrong with the address is said at once, not after half a minute.
        await flinkRest(rest).overview(scope.signal)
        const scrapes = options.prometheus.map((url) =>
          httpTransport(url, { clock, token: options.token }),
        )
        const sources = createSources(
          { name: clusterName(target), namespace: NO_NAMESPACE },
          { rest, scrapes },
          { clock, log: silentLog },
          {
            statesEveryMs: LOOK_EVERY_MS,
            detailsEveryMs: LOOK_EVERY_MS,
            scrapeEveryMs: LOOK_EVERY_MS,
          },
        )
        const diagnoses = await look(io, sources, memoryFacts(), scope.signal)
        io.out(
          options.json
            ? `${JSON.stringify({ at: clock.now(), jobs: diagnoses }, null, 2)}\n`
            : answerText(io, diagnoses),
        )
        return exitCodeOf(diagnoses.map(({ score }) => score.verdict))
      }),
    )
}

/** Samples and holds rounds until half a minute is over; the last round is the answer. */
async function look(
  io: Io,
  sources: readonly Source[],
  facts: MemoryFacts,
  signal: AbortSignal,
): Promise<readonly Diagnosis[]> {
  const memories = new Map<string, TrackerMemory>()
  const begunAt = systemClock.now()
  let answer: readonly Diagnosis[] = []
  for await (const _ of every(LOOK_EVERY_MS, systemClock, signal)) {
    for (const payloads of await Promise.all(sources.map((source) => source.poll(signal)))) {
      for (const payload of payloads) facts.accept(payload)
    }
    const at = systemClock.now()
    answer = (await facts.read(await facts.jobs(at), at)).map((one) =>
      diagnose(one, memories.get(one.job)),
    )
    for (const { job, memory } of answer) memories.set(job, memory)
    if (io.terminal)
      io.err(
        `\rLooking: ${answer.length} jobs, ${Math.round((at - begunAt) / 1000)} of ${ANSWER_WITHIN_MS / 1000} s `,
      )
    if (at - begunAt + LOOK_EVERY_MS > ANSWER_WITHIN_MS) break
  }
  if (io.terminal) io.err('\r\u001b[K')
  return answer
}

function exitCodeOf(verdicts: readonly VerdictWord[]): ExitCode {
  if (verdicts.some((verdict) => verdict === 'degraded' || verdict === 'unhealthy')) return 1
  return verdicts.length === 0 || verdicts.includes('unknown') ? 3 : 0
}
