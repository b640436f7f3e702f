import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { Command, CommanderError } from 'commander'
import { packageRoot } from '../core/kit/package-root.ts'
import { agentCommand } from './commands/agent.ts'
import { checkConfigCommand } from './commands/check-config.ts'
import { diagnoseCommand } from './commands/diagnose.ts'
import { diagnosisCommand } from './commands/diagnosis.ts'
import { doctorCommand } from './commands/doctor.ts'
import { efficiencyCommand } from './commands/efficiency.ts'
import { gateCommand } from './commands/gate.ts'
import { gatewayCommand } from './commands/gateway.ts'
import { logServiceCommand } from './commands/log-service.ts'
import { operationsCommand } from './commands/operations.ts'
import { recordCommand } from './commands/record.ts'
import { replayCommand } from './commands/replay.ts'
import { upCommand } from './commands/up.ts'
import { whatIfCommand } from './commands/what-if.ts'
import { processIo } from './io.ts'

const io = processIo()
const { version } = JSON.parse(
  readFileSync(join(packageRoot(import.meta.url), 'package.json'), 'utf8'),
)

const program = new Command('weir')
  .description(
    'Names the cause of trouble in Apache Flink jobs, scores them, and suggests the change.',
  )
  .version(String(version))
  .showHelpAfterError('(weir --help tells what there is)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Begin with
  weir diagnose http://jobmanager:8081     one answer, here in the terminal
  weir up --flink http://jobmanager:8081   the page, live, on http://127.0.0.1:7070
  weir up --demo                           the page on recordings, nothing else needed

Exit codes: 0 done or pass, 1 failed or sick, 2 usage or configuration, 3 unknown`,
  )

for (const command of [
  upCommand,
  diagnoseCommand,
  gateCommand,
  whatIfCommand,
  efficiencyCommand,
  recordCommand,
  replayCommand,
  agentCommand,
  gatewayCommand,
  diagnosisCommand,
  logServiceCommand,
  operationsCommand,
  checkConfigCommand,
  doctorCommand,
]) {
  program.addCommand(command(io).exitOverride().showHelpAfterError())
}

try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
