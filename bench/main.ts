import { Command } from 'commander'
import { ingest } from './ingest.ts'
import { queries } from './queries.ts'
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
  .action(async (options) => print(await ingest(options), options.json))

program
  .command('queries')
  .description('A panel of an hour, a dashboard of a week, a look at all jobs; median and p95.')
  .option('--jobs <n>', 'jobs in the store', Number, 1_000)
  .option('--runs <n>', 'how often each question is asked', Number, 30)
  .option('--victoria-metrics <path>', 'binary of the peer', 'victoria-metrics')
  .option('--json', 'the numbers as JSON')
  .action(async (options) => print(await queries(options), options.json))

function print(rows: readonly object[], asJson: boolean | undefined): void {
  process.stdout.write(asJson ? `${JSON.stringify(rows, null, 2)}\n` : table(rows))
}

await program.parseAsync()
