import { Command } from 'commander'
import { readRecording } from '../../agent/transport/recording.ts'
import { UsageError } from '../../core/kit/errors.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { Diagnosis } from '../../diagnosis/engine/diagnosis.ts'
import { type Io, paint } from '../io.ts'
import { replayLine } from '../replay/lines.ts'
import { type ReplayedRound, replayRecording } from '../replay/replay.ts'
import { runCommand } from '../run.ts'
import { type HistoryOptions, moment, openHistory } from './replay-history.ts'

interface Options extends HistoryOptions {
  readonly json?: boolean
}

export function replayCommand(io: Io): Command {
  return new Command('replay')
    .description(
      "Feeds a recording, or what a store holds, through today's rules, as fast as it can.",
    )
    .argument('[file...]', 'recordings (*.ndjson.gz), as "weir record" writes them')
    .option('--from <time>', 'instead of recordings: stored history from here on', moment)
    .option('--to <time>', 'and up to here (default: now)', moment)
    .option('--job <job>', 'of this job only: cluster/namespace/name, or its name alone')
    .option('--data <dir>', 'the folder of "weir up --data" that holds it')
    .option('--store <url>', 'the ClickHouse that holds it, such as http://clickhouse:8123')
    .option('--config <file>', 'the rest of its access (section store)')
    .option('--json', 'one JSON object per job and round (every 5 s of recorded time)')
    .action((files: readonly string[], options: Options) =>
      runCommand(io, async (scope) => {
        if (options.from === undefined) {
          if (files.length === 0) {
            throw new UsageError(
              'Nothing to replay. Give recordings, or --from TIME with --data DIR or --store URL.',
            )
          }
          for (const file of files) await replayFile(io, file, options, scope.signal)
          return 0
        }
        if (files.length > 0)
          throw new UsageError('Give recordings or --from, not both: their clocks differ.')
        const history = await openHistory(io, { ...options, from: options.from }, scope)
        await print(io, history.rounds, { ...options, begin: options.from, clock: 'time' })
        history.assertFound()
        return 0
      }),
    )
}

async function replayFile(
  io: Io,
  file: string,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  const recording = await readRecording(file)
  const { begin, id } = recording.header
  if (!options.json) io.out(`${paint(io, 'bold', id)}\n`)
  const rounds = replayRecording(recording, id, silentLog)
  await print(io, rounds, { ...options, begin, clock: 'seconds', signal })
}

interface Printing {
  readonly json?: boolean
  readonly begin: number
  /** What a person reads before a sentence: seconds since the begin, or the time of day. */
  readonly clock: 'seconds' | 'time'
  readonly signal?: AbortSignal
}

/** Every round as JSON lines, or what changed as sentences. */
async function print(io: Io, rounds: AsyncIterable<ReplayedRound>, how: Printing): Promise<void> {
  const last = new Map<string, string>()
  for await (const { at, diagnoses } of rounds) {
    how.signal?.throwIfAborted()
    for (const diagnosis of diagnoses) {
      if (how.json) {
        io.out(`${JSON.stringify(replayLine(diagnosis, at, how.begin))}\n`)
        continue
      }
      const words = sentence(diagnosis)
      if (words === last.get(diagnosis.job)) continue
      last.set(diagnosis.job, words)
      const when =
        how.clock === 'time'
          ? `${new Date(at).toISOString().slice(0, 19)}Z`
          : `${String(Math.round((at - how.begin) / 1000)).padStart(5)} s`
      const whose = diagnoses.length > 1 ? `${decodeURIComponent(diagnosis.job)}  ` : ''
      io.out(`${when}  ${whose}${words}\n`)
    }
  }
}

/** What changed, for a person: score, causes, advice. */
function sentence({ score, findings, advice }: Diagnosis): string {
  const causes = findings
    .filter((finding) => finding.state === 'open' && finding.cause)
    .map((finding) => `${finding.severity} ${finding.rule} at ${finding.subject.name}`)
  const changes = advice.map((a) => `${a.kind} of ${a.target.name} ${a.from} → ${a.to}`)
  const value =
    score.value === null ? `unknown (${score.missing[0] ?? ''})` : score.value.toFixed(1)
  return [value, ...causes, ...changes].join(' · ')
}
