import { Command } from 'commander'
import { readRecording } from '../../agent/transport/recording.ts'
import { silentLog } from '../../core/kit/log.ts'
import type { Diagnosis } from '../../diagnosis/engine/diagnosis.ts'
import { type Io, paint } from '../io.ts'
import { replayLine } from '../replay/lines.ts'
import { replayRecording } from '../replay/replay.ts'
import { runCommand } from '../run.ts'

export function replayCommand(io: Io): Command {
  return new Command('replay')
    .description(
      'Feeds a recording through the same sources and rules as a live cluster, as fast as it can.',
    )
    .argument('<file...>', 'recordings (*.ndjson.gz), as "weir record" writes them')
    .option('--json', 'one JSON object per job and round (every 5 s of recorded time)')
    .action((files: readonly string[], options: { readonly json?: boolean }) =>
      runCommand(io, async (scope) => {
        for (const file of files) await replayFile(io, file, options.json === true, scope.signal)
        return 0
      }),
    )
}

async function replayFile(io: Io, file: string, json: boolean, signal: AbortSignal): Promise<void> {
  const recording = await readRecording(file)
  const { begin, id } = recording.header
  if (!json) io.out(`${paint(io, 'bold', id)}\n`)
  let last = ''
  for await (const { at, diagnoses } of replayRecording(recording, id, silentLog)) {
    signal.throwIfAborted()
    for (const diagnosis of diagnoses) {
      const line = json ? JSON.stringify(replayLine(diagnosis, at, begin)) : sentence(diagnosis)
      if (json) io.out(`${line}\n`)
      else if (line !== last)
        io.out(`${String(Math.round((at - begin) / 1000)).padStart(5)} s  ${line}\n`)
      last = line
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
