import { closeSync, constants, fstatSync, openSync, readlinkSync, realpathSync } from 'node:fs'
import { SourceError } from '../../core/kit/errors.ts'

/**
 * Opens a regular file for reading that truly lies below one of the folders, wherever links lead. It is asked where
 * the file lies that was opened, so that no link can be put in its place between a look and the opening. Never
 * waits: a pipe with that name is refused.
 * @param roots real paths, without links
 * @throws SourceError `source-outside` or `source-no-file`; the system's error when it cannot be opened
 */
export function openInside(path: string, roots: readonly string[]): number {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants
  const fd = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
  try {
    const stat = fstatSync(fd)
    if (!stat.isFile()) {
      throw new SourceError(`${path} is no regular file.`, { code: 'source-no-file' })
    }
    const real = realPath(fd, path, stat.nlink === 0)
    if (!roots.some((root) => real.startsWith(root.endsWith('/') ? root : `${root}/`))) {
      throw new SourceError(`${path} is a link that leads out of the folder of logs.`, {
        code: 'source-outside',
      })
    }
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

function realPath(fd: number, path: string, deleted: boolean): string {
  let real: string
  try {
    real = readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    // No Linux: a path is asked again, which a quick hand could change.
    return realpathSync(path)
  }
  return deleted ? real.replace(/ \(deleted\)$/, '') : real
}
