/** One answer as it was received. `at` is the epoch ms of its arrival (of the recording's, in a replay). */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly at: number
}

/**
 * Carries requests to one server: a live JobManager or reporter, or a recording of one.
 * @throws (get) SourceError, retriable, when there is no answer at all
 */
export interface Transport {
  /** The address as a person would recognise it, without credentials. */
  readonly name: string
  get(path: string, signal: AbortSignal): Promise<Answer>
}

/** A transport that may also change something at the server. */
export interface WritingTransport extends Transport {
  /**
   * One `PUT` of a JSON body; never repeated by itself.
   * @throws SourceError when there is no answer: then it is not known whether it was carried out
   */
  put(path: string, body: unknown, signal: AbortSignal): Promise<Answer>
}
