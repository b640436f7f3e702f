import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../../core/kit/package-root.ts'
import type { Finding } from '../../core/model/finding.ts'

const bin = join(packageRoot(import.meta.url), 'cli', 'bin', 'weir.cjs')

/** A `weir` command that runs as a process of its own. */
export interface Running {
  /** Everything it has printed so far. */
  output(): string
  stop(): Promise<void>
  /** SIGKILL: it gets no chance to tidy up. */
  kill(): Promise<void>
}

/** Starts `node <file> …` and waits until it prints what `ready` matches. */
export async function startProcess(
  file: string,
  args: readonly string[],
  ready: RegExp,
  env: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const child = spawn(process.execPath, [file, ...args], {
    // biome-ignore lint/style/noProcessEnv: the child needs the PATH and HOME of this test run.
    env: { ...process.env, UV_THREADPOOL_SIZE: '16', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    output += String(chunk)
  })
  const running = {
    output: () => output,
    stop: () => stop(child, 'SIGTERM'),
    kill: () => stop(child, 'SIGKILL'),
  }
  await until(`${args[0]} to be ready`, 60_000, async () => {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended: ${output}`)
    return ready.test(output) || undefined
  }).catch(async (error: unknown) => {
    // Nobody else knows of it: it would go on for ever.
    await running.kill()
    throw error
  })
  return running
}

export function startWeir(
  args: readonly string[],
  ready: RegExp,
  env?: Readonly<Record<string, string>>,
): Promise<Running> {
  return startProcess(bin, args, ready, env)
}

/** Runs `weir …` to its end; the one of this checkout unless another is named. */
export function runWeir(
  args: readonly string[],
  file: string = bin,
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += String(chunk)
  })
  child.stderr.on('data', (chunk) => {
    err += String(chunk)
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
}

function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('close', () => resolve())
    child.kill(signal)
  })
}

/** Asks again and again until there is an answer; fails with the newest word when time is up. */
export async function until<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T | undefined>,
): Promise<{ readonly value: T; readonly tookMs: number }> {
  const begunAt = Date.now()
  let last: unknown
  while (Date.now() - begunAt < withinMs) {
    try {
      const value = await ask()
      if (value !== undefined) return { value, tookMs: Date.now() - begunAt }
    } catch (error) {
      last = error
      if (error instanceof Error && / ended: /.test(error.message)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  throw new Error(`Waited ${withinMs / 1000} s in vain for ${what}. ${last ? String(last) : ''}`)
}

/** Open causes of trouble; what is only worth knowing, such as slots that are free on a test bed, is none. */
export function isTrouble({ cause, state, severity }: Finding): boolean {
  return cause && state === 'open' && (severity === 'crit' || severity === 'major')
}
