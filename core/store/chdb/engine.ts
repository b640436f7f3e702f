import { isMainThread } from 'node:worker_threads'
import { messageOf, StoreError } from '../../kit/errors.ts'

/** The engine's package. It is optional, so it is only ever reached through `loadEngine`. */
export type Engine = Pick<typeof import('chdb'), 'Session' | 'drainPending'>

/**
 * Loads ClickHouse into this process (about 300 ms and 230 MB of shared library).
 * @throws StoreError that says how to get it, or what to use instead
 */
export async function loadEngine(
  load: () => Promise<Engine> = () => import('chdb'),
): Promise<Engine> {
  if (!isMainThread) {
    throw new StoreError(
      'The embedded store cannot run in a worker thread: the process would crash when the thread ends. Use a process of its own.',
      { code: 'store-engine' },
    )
  }
  try {
    return await load()
  } catch (cause) {
    throw new StoreError(
      `The embedded store needs the package "chdb", which cannot be loaded here (${firstLine(cause)}). Install it with "npm install chdb" (Linux with glibc or macOS), or use a ClickHouse server: store.kind: clickhouse.`,
      { code: 'store-engine', cause },
    )
  }
}

function firstLine(cause: unknown): string {
  return messageOf(cause).split('\n', 1)[0] ?? ''
}
