import type { Registry } from 'prom-client'
import { runSources } from '../../agent/sources/run.ts'
import type { Clock } from '../../core/kit/clock.ts'
import { UsageError } from '../../core/kit/errors.ts'
import type { Log } from '../../core/kit/log.ts'
import type { Scope } from '../../core/kit/scope.ts'
import { mergePayloads } from '../../core/ship/merge.ts'
import type { Shipper } from '../../core/ship/shipper.ts'
import type { Records } from '../../diagnosis/start.ts'
import { demoFiles, fastForward, liveSources, type Staged, stage } from '../replay/stage.ts'

interface Asked {
  readonly demo?: boolean
  readonly replay?: readonly string[]
  readonly flink: readonly string[]
}

/** @throws UsageError where live clusters are wanted beside them; SourceError when one cannot be read */
export async function stageRecordings({ demo, replay, flink }: Asked): Promise<readonly Staged[]> {
  const files = demo ? demoFiles() : (replay ?? [])
  if (files.length > 0 && flink.length > 0)
    throw new UsageError(
      'Recordings and live clusters do not mix: their clocks differ. Give --flink or --replay, not both.',
    )
  const staged: Staged[] = []
  for (const file of files) staged.push(await stage(file, demo === true))
  return staged
}

interface Stage {
  readonly records: Records
  readonly shipper: Shipper
  readonly ship: Shipper['ship']
  readonly startAt: number
  readonly clock: Clock
  readonly scope: Scope
  readonly log: Log
  readonly registry: Registry
}

/** Everything before the opening goes in at once, the rest at the demonstration's pace. */
export async function showRecordings(
  staged: readonly Staged[],
  { records, shipper, ship, startAt, clock, scope, log, registry }: Stage,
): Promise<void> {
  for (const one of staged) {
    const { payloads, diagnoses } = await fastForward(one, startAt)
    for (const payload of mergePayloads(payloads)) shipper.ship(payload)
    await records.save(diagnoses)
  }
  await shipper.flush(scope.signal)
  for (const one of staged)
    runSources(liveSources(one, startAt, clock), { ship, clock, log, registry }, scope)
}
