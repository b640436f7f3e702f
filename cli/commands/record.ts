import { Command, InvalidArgumentError } from 'commander'
import { clusterName } from '../../agent/config.ts'
import type { Source } from '../../agent/sources/source.ts'
import { flinkRest } from '../../core/flink/client/flink-rest.ts'
import { httpTransport } from '../../core/flink/client/http.ts'
import { every, systemClock } from '../../core/kit/clock.ts'
import type { Io } from '../io.ts'
import { openRecording } from '../record/open.ts'
import { runCommand } from '../run.ts'
import { collect, parseFlink } from './flink-option.ts'

interface Options {
  readonly out: string
  readonly for: number
  readonly prometheus: readonly string[]
}

export function recordCommand(io: Io): Command {
  return new Command('record')
    .description('Writes what a live cluster answers into a file that "weir replay" reads.')
    .argument('<url>', 'the JobManager, http://host:8081')
    .option('--out <file>', 'where to', 'weir-recording.ndjson.gz')
    .option('--for <seconds>', 'how long', seconds, 180)
    .option(
      '--prometheus <url>',
      'a Prometheus reporter of the cluster (several times)',
      collect,
      [],
    )
    .action((address: string, options: Options) =>
      runCommand(io, async (scope) => {
        const clock = systemClock
        const { url } = parseFlink(address)
        const live = httpTransport(url, { clock, perSecond: 5 })
        const { value } = await flinkRest(live).overview(scope.signal)
        const { recorder, sources } = openRecording(
          {
            rest: live,
            scrapes: options.prometheus.map((prometheus) => httpTransport(prometheus, { clock })),
          },
          {
            file: options.out,
            id: `${clusterName({ url })}-${new Date(clock.now()).toISOString().slice(0, 19)}`,
            flink: value['flink-version'],
            clock,
          },
        )
        io.err(
          `Recording ${live.name} (Flink ${value['flink-version']}) for ${options.for} s into ${options.out}; Ctrl-C ends it earlier.\n`,
        )
        await pollFor(options.for * 1000, sources, scope.signal, (ms) => {
          if (io.terminal) io.err(`\r${Math.round(ms / 1000)} s, ${recorder.entries()} answers `)
        })
        await recorder.close()
        io.err(
          `\nWrote ${recorder.entries()} answers to ${options.out}. Look at it with: weir replay ${options.out}\n`,
        )
        return 0
      }),
    )
}

/** Polls every source at its own pace for so long; what fails is in the recording as it is. */
async function pollFor(
  ms: number,
  sources: readonly Source[],
  signal: AbortSignal,
  progress: (ms: number) => void,
): Promise<void> {
  const begin = systemClock.now()
  const dueAt = new Map<Source, number>()
  for await (const at of every(500, systemClock, signal)) {
    if (at - begin > ms) return
    for (const source of sources.filter((candidate) => (dueAt.get(candidate) ?? 0) <= at)) {
      dueAt.set(source, at + source.everyMs)
      await source.poll(signal).catch(() => [])
    }
    progress(systemClock.now() - begin)
  }
}

function seconds(text: string): number {
  const value = Number(text)
  if (!(value >= 1 && value <= 86_400))
    throw new InvalidArgumentError('must be 1 to 86400 seconds.')
  return value
}
