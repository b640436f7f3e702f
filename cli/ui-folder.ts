import { join } from 'node:path'
import { packageRoot } from '../core/kit/package-root.ts'

/** Where the built page lies. */
export function uiFolder(): string {
  return join(packageRoot(import.meta.url), 'dist', 'ui')
}
