import { messageOf } from '../../core/kit/errors.ts'
import { loadEngine } from '../../core/store/chdb/engine.ts'

/** Why tests on the embedded engine cannot run here, or undefined. The package is optional. */
export const chdbMissing: string | undefined = await loadEngine().then(
  () => undefined,
  (error: unknown) => messageOf(error),
)

if (chdbMissing !== undefined) process.stderr.write(`Skipped: ${chdbMissing}\n`)
