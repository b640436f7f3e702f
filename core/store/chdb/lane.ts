import type { ChdbResult, Session, StreamChunk } from 'chdb'
import { quote, quoteName } from '../sql.ts'
import type { Settings } from './limits.ts'

/** What a statement wants to find on its lane. */
export interface Preparation {
  readonly database: string
  /** Lets the control session find the statement, to stop it. */
  readonly tag: string
  readonly settings: Settings
  /** Query parameters as the texts that HTTP's `param_x` would carry. */
  readonly params: Readonly<Record<string, string>>
}

/**
 * One session of the engine, for one statement at a time. Everything that a session would remember is put
 * back between statements, as over HTTP nothing is remembered.
 */
export class Lane {
  readonly #openSession: () => Session
  readonly #base: Settings
  #session: Session | undefined
  #database = 'default'
  #changed: string[] = []

  /** @param base settings that hold unless a statement brings its own */
  constructor(openSession: () => Session, base: Settings) {
    this.#openSession = openSession
    this.#base = base
  }

  async prepare({ database, tag, settings, params }: Preparation): Promise<void> {
    const session = this.#session ?? (await this.#open())
    if (database !== this.#database) {
      await session.queryAsync(`USE ${quoteName(database)}`)
      this.#database = database
    }
    const own = Object.entries(settings).filter(([name, value]) => this.#base[name] !== value)
    // The engine checks all names and values before it applies any, so a refused SET changes nothing.
    await session.queryAsync(
      `SET ${assignments([
        ...own,
        ['log_comment', tag],
        ...Object.entries(params).map(([name, value]): [string, string] => [
          `param_${name}`,
          value,
        ]),
      ])}`,
    )
    this.#changed = own.map(([name]) => name)
  }

  /** Runs any single statement to its end and keeps its whole output. */
  execute(sql: string): Promise<ChdbResult> {
    return this.#live().queryAsync(sql, { format: 'TabSeparated' })
  }

  /** Runs a SELECT chunk by chunk. Ask for at least one chunk, then `return()` it or read to the end. */
  read(sql: string): AsyncIterator<StreamChunk> {
    const stream = this.#live().queryStream(sql, { format: 'TabSeparated' })
    return stream[Symbol.asyncIterator]()
  }

  /**
   * Puts the session back to its base; one that cannot be is replaced before the next statement.
   * @param wasCut whether the statement failed or was stopped
   */
  async clean(wasCut: boolean): Promise<void> {
    const changed = this.#changed
    this.#changed = []
    try {
      if (changed.length > 0) await this.#live().queryAsync(`SET ${this.#resets(changed)}`)
      // The engine keeps what is left of a statement that was cut, partial output and its place among the
      // running ones, until the session runs another.
      else if (wasCut) await this.#live().queryAsync('SELECT 1')
    } catch {
      this.close()
    }
  }

  close(): void {
    this.#session?.close()
    this.#session = undefined
  }

  async #open(): Promise<Session> {
    const session = this.#openSession()
    try {
      await session.queryAsync(`SET ${assignments(Object.entries(this.#base))}`)
    } catch (error) {
      session.close()
      throw error
    }
    this.#database = 'default'
    this.#session = session
    return session
  }

  #live(): Session {
    if (this.#session === undefined) throw new Error('The lane was not prepared.')
    return this.#session
  }

  #resets(names: readonly string[]): string {
    return names
      .map((name) => {
        const value = this.#base[name]
        return `${name} = ${value === undefined ? 'DEFAULT' : quote(value)}`
      })
      .join(', ')
  }
}

function assignments(values: readonly (readonly [string, string])[]): string {
  return values.map(([name, value]) => `${settingName(name)} = ${quote(value)}`).join(', ')
}

function settingName(name: string): string {
  if (!/^\w+$/.test(name)) throw new Error(`"${name}" is not the name of a setting or a parameter.`)
  return name
}
