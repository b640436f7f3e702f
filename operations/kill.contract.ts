import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../core/kit/clock.ts'
import { packageRoot } from '../core/kit/package-root.ts'
import type { JobFacts } from './facts/job-facts.ts'
import { portOf, type StandInFlink, standInFlink } from './flink.fixture.ts'
import { isOpen } from './journal/application.ts'
import { readJournal } from './journal/journal.ts'

const root = packageRoot(import.meta.url)
/** Inside the package, so that the program finds its packages. */
const compiled = join(root, 'node_modules', '.cache', `weir-operations-kill-${process.pid}`)

/** Jobs that fall ill in each life. */
const JOBS_A_LIFE = 6
const RESTART_MS = 15

const jobName = (n: number) => `lab/-/job-${n}`
const runOf = (n: number) => n.toString(16).padStart(32, '0')
/** Every third is worse for the change, and has to get its old size back. */
const isWorse = (n: number) => n % 3 === 1

/** What diagnosis would say: sick with one subtask, and with three well, or worse. */
function factsOf(n: number, size: number): JobFacts {
  const job = jobName(n)
  const cause = `under-provisioned@vertex:${job}:vertex`
  const isSick = size === 1
  const small = { vertex: 'vertex', name: 'Map', from: 1, to: 3, confidence: 1 }
  const finding = { rule: 'under-provisioned', title: 'Too slow', name: 'Map' } as const
  return {
    ...{ job, run: runOf(n), state: 'RUNNING', stateSince: 0, updatedAt: Date.now() },
    ...{ recording: false, unknownBecause: null, otherAdvice: [], abstained: [] },
    score: isSick ? 6 : isWorse(n) ? 2 : 9.5,
    recordsPerSecond: isSick ? 100 : 300,
    advice: isSick ? [{ cause, ...small }] : [],
    causes: isSick ? [{ key: cause, severity: 'major', ...finding }] : [],
    vertices: [
      {
        ...{ id: 'vertex', name: 'Map', parallelism: size, maxParallelism: 128 },
        ...{ slotSharingGroup: 'default', busy: isSick ? 1 : 0.5 },
      },
    ],
    checkpointsAt: [],
  }
}

/** Operations is killed that many times at random moments; afterwards nothing was done twice or forgotten. */
export function killContract(kills: number): void {
  describe('operations that is killed while it changes sizes', () => {
    let folder = ''
    let flink: StandInFlink
    let facts: Server
    let child: ChildProcess | undefined
    let jobs = 0
    /** When a job was first seen with the size that it has now. */
    const sizedAt = new Map<number, { readonly size: number; readonly at: number }>()

    let seed = 7
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed / 2 ** 31
    }

    const sizeOf = (n: number) =>
      flink.jobs.get(runOf(n))?.requirements.vertex?.parallelism.upperBound ?? 1

    /** The size that is seen: a restart takes its time, and until then it is the old one. */
    const seenSize = (n: number) => {
      const [size, now] = [sizeOf(n), Date.now()]
      const last = sizedAt.get(n)
      const at = last?.size === size ? last.at : now
      sizedAt.set(n, { size, at })
      return now - at >= RESTART_MS ? size : size === 1 ? 3 : 1
    }

    const addJobs = () => {
      for (let n = 0; n < JOBS_A_LIFE; n++, jobs++) {
        const requirements = { vertex: { parallelism: { lowerBound: 1, upperBound: 1 } } }
        flink.jobs.set(runOf(jobs), { requirements, maxParallelism: 128, adaptive: true })
      }
    }

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'weir-operations-kill-'))
      await build({
        ...{ root, configFile: false, logLevel: 'silent' },
        build: { ssr: join(root, 'operations/kill.child.fixture.ts'), outDir: compiled },
      })
      flink = await standInFlink()
      flink.slotsAvailable = 1_000
      // Now and then an answer is lost, with the request or after it.
      flink.fate = (method) => {
        const dice = method === 'PUT' ? random() : 1
        return dice < 0.05 ? 'lost-before' : dice < 0.12 ? 'lost-after' : 'answer'
      }
      // Most kills fall between a change and the word that it was made: the moment that counts.
      flink.delayMs = (method) => (method === 'PUT' ? Math.ceil(random() * 60) : 0)
      facts = createServer(({ url }, response) => {
        const n = Number(url?.slice(1))
        const told =
          url === '/' ? Array.from({ length: jobs }, (_, n) => jobName(n)) : factsOf(n, seenSize(n))
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told))
      })
      await new Promise<void>((resolve) => facts.listen(0, '127.0.0.1', resolve))
    })
    afterAll(async () => {
      child?.kill('SIGKILL')
      facts.closeAllConnections()
      await new Promise((resolve) => facts.close(resolve))
      await flink.close()
      rmSync(folder, { recursive: true, force: true })
      rmSync(compiled, { recursive: true, force: true })
    })

    const startChild = async () => {
      const program = join(compiled, 'kill.child.fixture.js')
      const world = `http://127.0.0.1:${portOf(facts)}/`
      const started = spawn(process.execPath, [program, folder, flink.url, world], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      child = started
      await new Promise<void>((resolve, reject) => {
        started.stdout.once('data', () => resolve())
        started.once('exit', (code) => reject(new Error(`operations ended with ${code}`)))
      })
    }
    const killChild = () =>
      new Promise<void>((resolve) => {
        child?.once('exit', () => resolve())
        child?.kill('SIGKILL')
      })
    const applications = async () => (await readJournal(folder)).applications()

    test(`${kills} times: nothing is done twice, and nothing is forgotten`, {
      timeout: 600_000,
    }, async () => {
      for (let kill = 1; kill <= kills; kill++) {
        addJobs()
        await startChild()
        // Once something has been written in this life, or was found out about the one before.
        const enough = flink.taken.length + Math.floor(random() * 5)
        const lateAt = Date.now() + 2_000
        while (flink.taken.length < enough && Date.now() < lateAt) await systemClock.sleep(1)
        await systemClock.sleep(random() * 80)
        await killChild()
      }
      await startChild()
      const lateAt = Date.now() + 60_000
      const isDone = async () => {
        const all = await applications()
        return new Set(all.map(({ job }) => job)).size === jobs && !all.some(isOpen)
      }
      while (!(await isDone()) && Date.now() < lateAt) await systemClock.sleep(50)
      await systemClock.sleep(300)
      await killChild()

      const all = await applications()
      const told = Array.from({ length: jobs }, (_, n) => {
        const own = all.filter(({ job }) => job === jobName(n))
        const states = own.map(({ state }) => state.kind)
        const written = flink.taken
          .filter(({ run }) => run === runOf(n))
          .map(({ sizes }) => sizes[0])
        return { n, states, written }
      })
      // What was interrupted before it was carried out is not tried again within minutes.
      const expected = told.map(({ n, states }) => {
        if (states[0] === 'failed') return { n, states: ['failed'], written: [] }
        return isWorse(n)
          ? { n, states: ['taken-back'], written: [3, 1] }
          : { n, states: ['verified'], written: [3] }
      })
      expect(told).toEqual(expected)
      const interrupted = told.filter(({ states }) => states[0] === 'failed').length
      // Kills that never hit anything would prove nothing; nor would they if nothing had been carried out.
      expect(told.length - interrupted).toBeGreaterThan(jobs / 2)
      process.stdout.write(
        `${kills} kills, ${jobs} jobs: ${told.filter(({ states }) => states[0] === 'verified').length} changes verified, ${told.filter(({ states }) => states[0] === 'taken-back').length} taken back, ${interrupted} interrupted before they were carried out; ${flink.taken.length} writes\n`,
      )
    })
  })
}
