import type { JobFacts } from './job-facts.ts'

/** A job in the list of all. */
export interface JobHead {
  readonly job: string
  /** Whether anything is wrong with it. */
  readonly hasCause: boolean
}

/** Where operations learns of jobs. @throws (both) SourceError when it does not answer as it should */
export interface FactsSource {
  jobs(signal: AbortSignal): Promise<readonly JobHead[]>
  /** Undefined when no such job is known. */
  facts(job: string, signal: AbortSignal): Promise<JobFacts | undefined>
}
