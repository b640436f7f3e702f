import { Command } from 'commander'
import { table } from '../table.ts'
import { followAndArchive } from './follow.ts'

await new Command('follow')
  .description('The log service alone: from files into its archive. Needs zstd.')
  .option('--lines <n>', 'lines of the catch-up', Number, 1_500_000)
  .option('--files <n>', 'files that are followed', Number, 1_000)
  .option('--seconds <n>', 'for how long', Number, 30)
  .action(async (options) => {
    process.stdout.write(table(await followAndArchive(options)))
  })
  .parseAsync()
