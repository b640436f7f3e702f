import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { ConfigError } from './errors.ts'

/**
 * Takes a folder for this process; what a process left that is gone is taken over. Returns how to give it back.
 * @param setting key of the configuration that names the folder
 * @throws ConfigError when another process has it; the system's error when it cannot be written
 */
export function lockFolder(folder: string, setting: string): () => void {
  const path = join(folder, 'lock')
  const mine = `${process.pid} ${hostname()}`
  const holder = readHolder(path)
  const [pid = '', host] = holder?.split(' ') ?? []
  // A container that is started anew has its old number and name again: that lock is its own.
  const isOther = holder !== undefined && holder !== mine
  if (isOther && host === hostname() && isAlive(Number(pid))) {
    throw new ConfigError(
      `${setting}: ${folder} is in use by process ${pid}. Stop it, or give this one another folder.`,
    )
  }
  writeFileSync(`${path}.next`, `${mine}\n`, { flush: true })
  renameSync(`${path}.next`, path)
  return () => rmSync(path, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function readHolder(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
