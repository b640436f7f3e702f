import { Command, Option } from 'commander'
import { Efficiency } from '../../core/api/efficiency.ts'
import { systemClock } from '../../core/kit/clock.ts'
import { answerAs, askWeir, DEFAULT_SERVER, type ServerOptions, serverOf } from '../ask-weir.ts'
import { efficiencyText } from '../efficiency-text.ts'
import type { Io } from '../io.ts'
import { type ExitCode, runCommand } from '../run.ts'

interface Options extends ServerOptions {
  readonly days: '1' | '7' | '30'
  readonly json?: boolean
}

export function efficiencyCommand(io: Io): Command {
  return new Command('efficiency')
    .description(
      'Asks a running Weir what jobs and teams use of what they have, and what could be given back.',
    )
    .addOption(
      new Option('--days <n>', 'over how many days').choices(['1', '7', '30']).default('7'),
    )
    .option('--server <url>', 'the Weir to ask', DEFAULT_SERVER)
    .option('--token <token>', 'its token, when it has one; better in WEIR_TOKEN')
    .option('--json', 'the answer as it came')
    .addHelpText(
      'after',
      '\nExit codes: 0 few enough jobs use little, 1 too many do, 2 usage, 3 nothing is known',
    )
    .action((options: Options) =>
      runCommand(io, async (scope): Promise<ExitCode> => {
        const to = systemClock.now()
        const from = to - Number(options.days) * 86_400_000
        const { signal } = scope
        const path = `/api/v1/efficiency?from=${from}&to=${to}`
        const text = await askWeir(serverOf(io, options), path, { signal })
        const answer = answerAs(Efficiency, text)
        io.out(options.json ? `${text}\n` : efficiencyText(io, answer))
        return answer.met === null ? 3 : answer.met ? 0 : 1
      }),
    )
}
