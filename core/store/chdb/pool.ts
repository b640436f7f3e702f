import type { Readable } from 'node:stream'
import { ClickHouseError } from '@clickhouse/client'
import type { Session } from 'chdb'
import { StoreError } from '../../kit/errors.ts'
import type { ChdbConfig } from '../config.ts'
import { placeholders, quote, splitStatements } from '../sql.ts'
import { type DataFolder, openDataFolder, openingFailed } from './data-folder.ts'
import { type Engine, loadEngine } from './engine.ts'
import { abortError } from './errors.ts'
import { insertFromFile, spill } from './insert.ts'
import { Lane } from './lane.ts'
import { LaneQueue } from './lane-queue.ts'
import { engineConfigXml, type Settings, statementLimits } from './limits.ts'
import { type Answer, Run } from './run.ts'

export interface Statement {
  /** One statement; the texts in it are ours, values come as parameters or in the body. */
  readonly sql: string
  readonly database: string
  readonly settings?: Settings
  /** Query parameters as the texts that HTTP's `param_x` would carry. */
  readonly params?: Readonly<Record<string, string>>
  /** The rows of an `INSERT … FORMAT x`. */
  readonly body?: string | Readable | undefined
  readonly signal?: AbortSignal | undefined
}

/** Passed by HTTP clients among the settings, though the engine knows them as parts of the protocol. */
const protocolSettings = new Set(['wait_end_of_query', 'buffer_size', 'default_format'])

/**
 * The embedded engine: some lanes that run statements at the same time, and a control session beside them
 * that can stop what they run.
 */
export class ChdbPool {
  readonly #engine: Engine
  readonly #folder: DataFolder
  readonly #control: Session
  readonly #lanes: readonly Lane[]
  readonly #queue: LaneQueue
  readonly #runs = new Set<Run>()
  #closing: Promise<void> | undefined

  /**
   * @param defaults settings of every statement, besides the limits of the configuration
   * @throws StoreError when the engine is not installed, or the folder is in use or not usable
   */
  static async open(config: ChdbConfig, defaults: Settings = {}): Promise<ChdbPool> {
    const engine = await loadEngine()
    const folder = openDataFolder(config.path)
    try {
      return new ChdbPool(engine, folder, config, defaults)
    } catch (cause) {
      const error = openingFailed(folder, cause)
      folder.release()
      throw error
    }
  }

  private constructor(engine: Engine, folder: DataFolder, config: ChdbConfig, defaults: Settings) {
    this.#engine = engine
    this.#folder = folder
    // The first session brings the engine up, and the engine's configuration with it.
    this.#control = folder.withEngineConfig(
      engineConfigXml(config),
      (file) =>
        new engine.Session(folder.enginePath, { connectionArgs: [`--config-file=${file}`] }),
    )
    folder.sweep()
    const base = { ...statementLimits(config), ...defaults }
    this.#lanes = Array.from(
      { length: config.lanes },
      () => new Lane(() => new engine.Session(folder.enginePath), base),
    )
    this.#queue = new LaneQueue(this.#lanes)
  }

  /**
   * Runs one statement as the HTTP interface would: nothing of it stays behind, its signal ends it in the
   * engine, and failures are ClickHouseErrors.
   */
  async run(statement: Statement): Promise<Answer> {
    const { body, signal } = statement
    if (signal?.aborted) throw abortError()
    check(statement)
    if (body === undefined) return this.#runOnLane(statement.sql, statement)
    // Written down before a lane is taken: a slow source of rows holds nobody up.
    const rows = await spill(body, this.#folder.spillPath, signal).catch((error: unknown) => {
      throw signal?.aborted ? abortError() : error
    })
    try {
      const sql = insertFromFile(statement.sql, rows.file)
      if (sql === undefined)
        throw syntaxError('Rows were given to a statement that is not INSERT … FORMAT')
      return await this.#runOnLane(sql, statement)
    } finally {
      await rows.remove()
    }
  }

  /** A short question to the engine that never waits for a lane; answers with JSON lines. */
  async control(sql: string): Promise<string> {
    const result = await this.#control.queryAsync(sql, { format: 'JSONEachRow' })
    return result.text()
  }

  /** Stops what runs, lets the engine go and frees the folder. A second call joins the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #runOnLane(sql: string, { database, settings = {}, params = {}, signal }: Statement) {
    const lane = await this.#queue.take(signal).catch((error: unknown) => {
      throw signal?.aborted ? abortError() : error
    })
    const run = new Run({
      lane,
      sql,
      preparation: { database, params, settings: engineSettings(settings) },
      // Never SYNC: the killing statement would hang for ever.
      kill: (tag) => this.control(`KILL QUERY WHERE Settings['log_comment'] = ${quote(tag)} ASYNC`),
      release: () => this.#queue.give(lane),
    })
    this.#runs.add(run)
    const onAbort = () => run.stop(abortError())
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    void run.ended.then(() => {
      this.#runs.delete(run)
      signal?.removeEventListener('abort', onAbort)
    })
    return run.start()
  }

  async #close(): Promise<void> {
    const reason = new StoreError('The store is closed; nothing can be read or written any more.', {
      code: 'store-closed',
    })
    this.#queue.close(reason)
    const ended = [...this.#runs].map((run) => {
      run.stop(reason)
      return run.ended
    })
    await Promise.all(ended)
    for (const lane of this.#lanes) lane.close()
    this.#control.close()
    await this.#engine.drainPending()
    this.#folder.release()
  }
}

/** What the HTTP interface refuses and the engine in this process would not. */
function check({ sql, params = {} }: Statement): void {
  if (sql.includes(';') && splitStatements(sql).length > 1) {
    throw syntaxError('Multi-statements are not allowed')
  }
  // A session remembers parameters; without this check a forgotten one would quietly be an older one.
  const missing = placeholders(sql).find((name) => !Object.hasOwn(params, name))
  if (missing !== undefined) {
    throw new ClickHouseError({
      message: `Substitution \`${missing}\` is not set. `,
      code: '456',
      type: 'UNKNOWN_QUERY_PARAMETER',
    })
  }
}

function syntaxError(sentence: string): ClickHouseError {
  return new ClickHouseError({ message: `${sentence}. `, code: '62', type: 'SYNTAX_ERROR' })
}

function engineSettings(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => !protocolSettings.has(name)),
  )
}
