import { Command } from 'commander'
import { ingest } from './ingest.ts'
import { table } from './table.ts'

const program = new Command('bench').description(
  'Measures Weir beside its peers on this machine, on recorded samples of real Flink. Prints ratios.',
)

program
  .command('ingest')
  .description('HTTP in to visible in a query, CPU per sample, and bytes on disk after merges.')
  .option('--senders <n>', 'clusters that send', Number, 25)
  .option('--loops <n>', 'how often each recording is played on', Number, 10)
  .option('--victoria-metrics <path>', 'binary of the peer', 'victoria-metrics')
  .option('--json', 'the numbers as JSON')
  .action(async (options) => {
    const rows = await ingest(options)
    process.stdout.write(options.json ? `${JSON.stringify(rows, null, 2)}\n` : table(rows))
  })

await program.parseAsync()
