import { afterAll, beforeAll, describe } from 'vitest'
import type { Payload } from '../../core/api/batch.ts'
import type { JobFacts } from '../../core/model/facts.ts'
import { contentContract } from './facts-content.contract.ts'
import { logsContract } from './facts-logs.contract.ts'
import { timeContract } from './facts-time.contract.ts'
import { NOW } from './payloads.fixture.ts'
import type { FactSource } from './source.ts'

/** A source of facts under test and the way by which payloads get into it. */
export interface FactsUnderTest {
  readonly facts: FactSource
  give(...payloads: readonly Payload[]): Promise<void>
  close(): Promise<void>
}

/** What the parts of the contract work with. Their names of jobs and clusters are their own. */
export interface Subject {
  source(): FactSource
  give(...payloads: readonly Payload[]): Promise<void>
  /** Facts of a job that must be known. */
  read(job: string, at?: number): Promise<JobFacts>
}

/** What everything above may expect of a source of facts, wherever they come from. */
export function factsContract(kind: string, open: () => Promise<FactsUnderTest>): void {
  describe(`facts from ${kind}`, () => {
    let under: FactsUnderTest
    beforeAll(async () => {
      under = await open()
    })
    afterAll(() => under?.close())

    const subject: Subject = {
      source: () => under.facts,
      give: (...payloads) => under.give(...payloads),
      async read(job, at = NOW) {
        const [facts] = await under.facts.read([job], at)
        if (!facts) throw new Error(`Nothing is known of ${job}.`)
        return facts
      },
    }
    contentContract(subject)
    timeContract(subject)
    logsContract(subject)
  })
}
