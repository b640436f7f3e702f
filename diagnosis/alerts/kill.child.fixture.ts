import { readFileSync } from 'node:fs'
import process from 'node:process'
import { Registry } from 'prom-client'
import { every, systemClock } from '../../core/kit/clock.ts'
import { silentLog as log } from '../../core/kit/log.ts'
import { createScope } from '../../core/kit/scope.ts'
import { storeConfig } from '../../core/store/config.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore } from '../../core/store/open.ts'
import { createBoard } from '../rounds/board.ts'
import { exampleFacts } from '../rounds/diagnoses.fixture.ts'
import { clusterState } from '../rounds/evaluated.ts'
import { alertsConfig } from './config.ts'
import { storedAlerts } from './records.ts'
import { startAlerts } from './start.ts'
import { evaluated, finding } from './story.fixture.ts'

// Alerting in a process of its own, over the store folder, the file of what is wrong (job → since, or null for
// nothing) and the receiver that it is given. It lives until it is killed.
const [, , folder = '', wrong = '', url = ''] = process.argv
const store = await openStore(storeConfig.parse({ kind: 'chdb', path: folder, lanes: 2 }))
await migrate(store)
const scope = createScope()
const board = createBoard()
const config = alertsConfig.parse({
  targets: { hook: { kind: 'webhook', url, timeoutMs: 1_000 } },
  routes: [{ name: 'all', to: ['hook'], waitMs: 0, intervalMs: 1_000, mostPerHour: 10_000 }],
})
startAlerts(
  config,
  {
    rounds: { latestDiagnoses: board.latest, onRound: board.listen },
    ...{ records: storedAlerts(store), recordings: () => false, clock: systemClock },
    kit: { log, registry: new Registry() },
  },
  scope,
)
process.stdout.write('up\n')
for await (const at of every(50, systemClock, scope.signal)) {
  const jobs: Record<string, number | null> = JSON.parse(readFileSync(wrong, 'utf8'))
  for (const [job, since] of Object.entries(jobs)) {
    const found = since === null ? [] : [finding('job-failed', { since })]
    board.put(evaluated(job, at, found), clusterState(exampleFacts(job, at)))
  }
  board.publish(at)
}
