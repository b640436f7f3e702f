import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A server under measurement, in a process of its own. */
export interface Served {
  readonly name: string
  readonly url: string
  /** CPU time used so far, user and system, seconds. */
  cpuSeconds(): number
  /** Resident memory now, bytes. */
  rssBytes(): number
  stop(): Promise<void>
}

/** Ticks a second of /proc/PID/stat; Linux shows 100 to programs on every platform. */
const TICKS = 100

/** Starts a program and waits until `ready` resolves. */
export async function serve(
  name: string,
  [command, ...args]: readonly [string, ...string[]],
  { url, ready }: { readonly url: string; readonly ready: (child: ChildProcess) => Promise<void> },
): Promise<Served> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    // biome-ignore lint/style/noProcessEnv: the child needs the PATH and HOME of this run.
    env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
  })
  await ready(child)
  child.stdout?.resume()
  const { pid } = child
  return {
    name,
    url,
    cpuSeconds() {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / TICKS
    },
    rssBytes: () =>
      1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0),
    stop: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

/** Asks until the server answers with success. */
export async function answers(url: string, withinMs = 30_000): Promise<void> {
  const until = Date.now() + withinMs
  while (Date.now() < until) {
    const ok = await fetch(url)
      .then((response) => response.ok)
      .catch(() => false)
    if (ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${url} did not answer within ${withinMs / 1000} s.`)
}

/** Bytes of all files below a folder. */
export async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    // A merge may take a file away between the listing and the look.
    if (entry.isFile())
      bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0
  }
  return bytes
}
