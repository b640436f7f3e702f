import { Command } from 'commander'
import { describeConfig } from '../../core/kit/config.ts'
import { readConfig, WeirConfig } from '../config.ts'
import type { Io } from '../io.ts'
import { runCommand } from '../run.ts'

export function checkConfigCommand(io: Io): Command {
  return new Command('check-config')
    .description('Reads a configuration and tells every mistake in it at once. Starts nothing.')
    .argument('[file]', 'YAML; without it only the environment (WEIR__SECTION__KEY) is read')
    .option('--schema', 'print the JSON schema of the configuration instead')
    .action((file: string | undefined, options: { readonly schema?: boolean }) =>
      runCommand(io, async () => {
        if (options.schema) io.out(`${JSON.stringify(describeConfig(WeirConfig), null, 2)}\n`)
        else {
          readConfig(io, file)
          io.out('The configuration is good.\n')
        }
        return 0
      }),
    )
}
