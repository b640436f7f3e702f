import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError, messageOf } from '../../kit/errors.ts'
import { lockFolder } from '../../kit/lock-folder.ts'

/** One process, and always the same agent, owns a spool's folder. */
export interface Owner {
  /** Later than that of every earlier start, whatever the clock says now, epoch ms. */
  readonly epoch: number
  release(): void
}

/**
 * Takes a folder for this process and begins a new epoch in it.
 * @throws ConfigError when it cannot be written, belongs to another agent, or another process has it
 */
export function takeOwnership(folder: string, agent: string, nowAt: number): Owner {
  try {
    mkdirSync(folder, { recursive: true })
    const unlock = lockFolder(folder, 'ship.spool.path')
    const before = readOwner(join(folder, 'owner.json'))
    if (before !== undefined && before.agent !== agent) {
      unlock()
      throw new ConfigError(
        `ship.spool.path: ${folder} holds what agent ${JSON.stringify(before.agent)} has not sent yet, and this is agent ${JSON.stringify(agent)}. Give each agent a folder of its own.`,
      )
    }
    const epoch = Math.max(nowAt, (before?.epoch ?? 0) + 1)
    writeWhole(join(folder, 'owner.json'), `${JSON.stringify({ agent, epoch })}\n`)
    return { epoch, release: unlock }
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError(
      `ship.spool.path: ${folder} cannot be used (${messageOf(cause)}); give a folder that this process may write.`,
      { cause },
    )
  }
}

function readOwner(path: string): { readonly agent: string; readonly epoch: number } | undefined {
  const text = readText(path)
  if (text === undefined) return undefined
  try {
    const { agent, epoch } = JSON.parse(text)
    if (typeof agent === 'string' && typeof epoch === 'number') return { agent, epoch }
  } catch {
    // Half a file, from a power cut: the epochs in the journal and the clock are what is left.
  }
  return undefined
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.next`, text, { flush: true })
  renameSync(`${path}.next`, path)
}
