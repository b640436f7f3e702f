import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, StoreError } from '../kit/errors.ts'
import { packageRoot } from '../kit/package-root.ts'

/** One numbered SQL file. */
export interface Migration {
  readonly id: number
  readonly name: string
  /** Of the text; line ends of other systems do not count. */
  readonly checksum: string
  readonly sql: string
}

/** The folder of the SQL files that ship with this version. */
export function shippedSchema(): string {
  return join(packageRoot(import.meta.url), 'core', 'store', 'schema')
}

/**
 * Reads `001-tables.sql`, `002-….sql`, … in the order of their numbers. Other files are left alone.
 * @throws StoreError when the folder cannot be read, or a number is used twice
 */
export function readMigrations(folder: string): Migration[] {
  const migrations = namesIn(folder).map((file) => {
    const sql = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')
    const checksum = createHash('sha256').update(sql).digest('hex')
    return { id: Number(file.slice(0, 3)), name: file.slice(4, -'.sql'.length), checksum, sql }
  })
  migrations.forEach(({ id, name }, index) => {
    if (migrations[index - 1]?.id !== id) return
    throw new StoreError(
      `The schema files in ${folder} use the number ${id} twice (${name}); number the newer one anew.`,
      { code: 'store-schema' },
    )
  })
  return migrations
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d{3}-[\w-]+\.sql$/.test(name))
      .sort()
  } catch (cause) {
    throw new StoreError(
      `The schema files in ${folder} cannot be read (${messageOf(cause)}); install Weir again.`,
      { code: 'store-schema', cause },
    )
  }
}
