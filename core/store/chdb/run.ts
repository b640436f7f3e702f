import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { StreamChunk } from 'chdb'
import { clickHouseError } from './errors.ts'
import type { Lane, Preparation } from './lane.ts'

/** What the engine said to a statement. */
export interface Answer {
  readonly stream: Readable
  /** Rows and bytes that an insert wrote, or that a materialised statement read. */
  readonly rows: number
  readonly bytes: number
  readonly elapsedMs: number
}

export interface RunOptions {
  readonly lane: Lane
  readonly sql: string
  readonly preparation: Omit<Preparation, 'tag'>
  /** Asks the engine to stop the statement with this tag; harmless when there is none. */
  readonly kill: (tag: string) => Promise<unknown>
  /** Takes the lane back; called once, when it is clean. */
  readonly release: () => void
}

// Comments and brackets may stand before the first word.
const selectPattern = /^(?:\s|\/\*[\s\S]*?\*\/|--[^\n]*\n|\()*(?:SELECT|WITH)\b/i
const killEveryMs = 100

/** One statement on one lane, from the preparation of the lane until it is clean again. */
export class Run {
  readonly #options: RunOptions
  readonly #tag = randomUUID()
  #stream: Readable | undefined
  #stopReason: Error | undefined
  #killing = false
  #over = false
  #end: () => void = () => {}
  /** Resolves when the lane has been given back; never rejects. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve
  })

  constructor(options: RunOptions) {
    this.#options = options
  }

  /** Runs the statement. A large SELECT keeps its lane until its stream is read, closed or stopped. */
  async start(): Promise<Answer> {
    const { lane, sql, preparation } = this.#options
    try {
      await lane.prepare({ ...preparation, tag: this.#tag })
      if (this.#stopReason) throw this.#stopReason
      return selectPattern.test(sql) ? await this.#read() : await this.#execute()
    } catch (error) {
      await this.#finish('cut')
      throw this.#stopReason ?? clickHouseError(error)
    }
  }

  /** Ends the statement in the engine, too; whoever waits for it or reads from it gets the reason. */
  stop(reason: Error): void {
    if (this.#over) return
    this.#stopReason ??= reason
    this.#stream?.destroy(reason)
    void this.#killUntilOver()
  }

  async #execute(): Promise<Answer> {
    const result = await this.#options.lane.execute(this.#options.sql)
    await this.#finish('complete')
    return {
      stream: streamOf([Buffer.from(result.bytes())]),
      rows: result.rowsRead,
      bytes: result.bytesRead,
      elapsedMs: result.elapsed * 1000,
    }
  }

  async #read(): Promise<Answer> {
    const chunks = this.#options.lane.read(this.#options.sql)
    // Two chunks at once: early errors are thrown here, as over HTTP, and a small result frees its lane
    // before anybody has begun to read it.
    const head: Buffer[] = []
    while (head.length < 2) {
      const { done, value } = await chunks.next()
      if (done) {
        await this.#finish('complete')
        return { stream: streamOf(head), rows: 0, bytes: 0, elapsedMs: 0 }
      }
      head.push(Buffer.from(value.raw()))
    }
    const stream = this.#streamFrom(head, chunks)
    this.#stream = stream
    if (this.#stopReason) stream.destroy(this.#stopReason)
    return { stream, rows: 0, bytes: 0, elapsedMs: 0 }
  }

  #streamFrom(head: Buffer[], chunks: AsyncIterator<StreamChunk>): Readable {
    const pull = async () => {
      const early = head.shift()
      if (early) return early
      const { done, value } = await chunks.next()
      if (!done) return Buffer.from(value.raw())
      await this.#finish('complete')
      return null
    }
    const stream = new Readable({
      read: () => {
        pull().then(
          (chunk) => stream.push(chunk),
          (error) => stream.destroy(this.#stopReason ?? clickHouseError(error)),
        )
      },
      destroy: (error, callback) => {
        this.#abandon(chunks).then(
          () => callback(error),
          () => callback(error),
        )
      },
    })
    // A result that nobody reads yet must not take the process down when it is stopped; readers still
    // get the error.
    stream.on('error', () => {})
    return stream
  }

  /** Lets go of a result that was not read to its end. A chunk under way is not waited for but killed. */
  async #abandon(chunks: AsyncIterator<StreamChunk>): Promise<void> {
    if (this.#over) return
    let isIdle = false
    const returned = chunks.return?.().then(
      () => {
        isIdle = true
      },
      () => {},
    )
    await nextTurn()
    if (!isIdle) void this.#killUntilOver()
    await returned
    await this.#finish('cut')
  }

  /** Again and again, as a kill can come before the engine has begun with the statement. */
  async #killUntilOver(): Promise<void> {
    if (this.#killing) return
    this.#killing = true
    while (!this.#over) {
      await this.#options.kill(this.#tag).catch(() => undefined)
      await Promise.race([this.ended, sleep(killEveryMs, undefined, { ref: false })])
    }
  }

  async #finish(how: 'complete' | 'cut'): Promise<void> {
    if (this.#over) return
    this.#over = true
    await this.#options.lane.clean(how === 'cut')
    this.#options.release()
    this.#end()
  }
}

function streamOf(chunks: readonly Buffer[]): Readable {
  return Readable.from(
    chunks.filter(({ length }) => length > 0),
    { objectMode: false },
  )
}
