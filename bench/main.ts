import { Command } from 'commander'
import { agentCost } from './agent.ts'
import { gatewayMemory } from './gateway.ts'
import { ingest } from './ingest.ts'
import { logs } from './logs.ts'
import { queries } from './queries.ts'
import { rounds } from './rounds.ts'
import { table } from './table.ts'
import { tuningRows, tuningRuns, tuningSummary } from './tuning/tuning.ts'

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

program
  .command('agent')
  .description('CPU, memory, bytes on the wire and requests of one agent, beside a recorded Flink.')
  .option('--seconds <n>', 'how long each is measured', Number, 120)
  .option('--json', 'the numbers as JSON')
  .action(async (options) => print(await agentCost(options), options.json))

program
  .command('gateway')
  .description(
    'Memory of a gateway with its store under hours of load, sent as fast as it is taken.',
  )
  .option('--minutes <n>', 'how long it is sent', Number, 3)
  .option('--agents <n>', 'agents whose hours are simulated', Number, 50)
  .option('--json', 'the numbers as JSON')
  .action(async (options) => print([await gatewayMemory(options)], options.json))

program
  .command('rounds')
  .description(
    'Rounds of diagnosis over a whole fleet: reads, rules and saving; time, CPU, memory.',
  )
  .option('--jobs <n>', 'jobs in the store', Number, 1_000)
  .option('--vertices <n>', 'vertices of a job', Number, 10)
  .option('--subtasks <n>', 'subtasks of a vertex', Number, 8)
  .option('--taskmanagers <n>', 'TaskManagers of a job', Number, 4)
  .option('--interval <seconds>', 'between two samples, and two rounds', Number, 30)
  .option('--sick <share>', 'share of jobs with a fault', Number, 0.02)
  .option(
    '--rounds <n>',
    'how many are held; findings about sizes open after up to twelve',
    Number,
    18,
  )
  .option('--json', 'the numbers as JSON')
  .action(async (options) => print(await rounds(options), options.json))

program
  .command('logs')
  .description('Lines of files to visible in a query, bytes on disk, and what people ask of logs.')
  .option('--jobs <n>', 'jobs whose day it is', Number, 20)
  .option('--lines-per-job <n>', 'lines of each', Number, 50_000)
  .option('--runs <n>', 'how often each question is asked', Number, 20)
  .option('--victoria-logs <path>', 'binary of the peer')
  .option('--json', 'the numbers as JSON')
  .action(async (options) => {
    for (const rows of byShape(await logs(options))) print(rows, options.json)
  })

program
  .command('tuning')
  .description(
    'Sizes in simulated jobs with a known right answer: ours beside the Flink autoscaler (a re-implementation that its oracles hold).',
  )
  .option('--seeds <n>', 'runs of each scenario', Number, 5)
  .option('--only <ids>', 'scenarios, by commas (S1,S7)', (ids: string) => ids.split(','))
  .option('--minutes <n>', 'simulated minutes instead of those of the scenario', Number)
  .option('--json', 'every run as JSON')
  .action((options) => {
    const runs = tuningRuns(options)
    if (options.json) print(runs, true)
    else {
      print(tuningSummary(runs), false)
      process.stdout.write('\n')
      print(tuningRows(runs), false)
    }
  })

/** Rows of one shape make one table. */
function byShape(rows: readonly object[]): readonly (readonly object[])[] {
  const groups = new Map<boolean, object[]>()
  for (const row of rows) {
    const isQuestion = 'medianMs' in row
    groups.set(isQuestion, [...(groups.get(isQuestion) ?? []), row])
  }
  return [...groups.values()]
}

function print(rows: readonly object[], asJson: boolean | undefined): void {
  process.stdout.write(asJson ? `${JSON.stringify(rows, null, 2)}\n` : table(rows))
}

await program.parseAsync()
