import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { quote } from '../sql.ts'

const insertPattern =
  /^((?:\s|\/\*[\s\S]*?\*\/)*INSERT\s+INTO\s[\s\S]+?)(\s+SETTINGS\s+\w+\s*=[\s\S]+?)?\s+FORMAT\s+(\w+)\s*;?\s*$/i

/**
 * An `INSERT … FORMAT x` whose rows come from a file, or undefined when the statement is not one. Rows
 * never stand in the statement: the engine would read them as SQL and stop, or worse, at a blank line.
 */
export function insertFromFile(sql: string, file: string): string | undefined {
  const [whole, into, settings = '', format] = insertPattern.exec(sql) ?? []
  if (whole === undefined) return undefined
  return `${into} FROM INFILE ${quote(file)} COMPRESSION 'none'${settings} FORMAT ${format}`
}

/** Rows on their way into the engine. */
export interface Spill {
  readonly file: string
  remove(): Promise<void>
}

/** Writes the rows down in full before the engine sees any, so that a broken source inserts nothing. */
export async function spill(
  body: string | Readable,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<Spill> {
  const file = join(folder, randomUUID())
  const remove = () => rm(file, { force: true })
  const options = signal ? { signal } : {}
  try {
    if (typeof body === 'string') await writeFile(file, body, options)
    else await pipeline(body, createWriteStream(file), options)
  } catch (error) {
    await remove()
    throw error
  }
  return { file, remove }
}
