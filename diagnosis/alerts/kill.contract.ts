import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../core/kit/clock.ts'
import { packageRoot } from '../../core/kit/package-root.ts'
import type { WebhookBody } from './send/alertmanager-body.ts'

const root = packageRoot(import.meta.url)
/** Inside the package, so that the program finds its packages and its schema. */
const compiled = join(root, 'node_modules', '.cache', `weir-alert-kill-${process.pid}`)

/** Failures that are open at any moment. */
const jobsAtOnce = 12

interface Received {
  readonly id: string
  readonly body: string
}

/** Alerting is killed that many times while it delivers; afterwards everything was told once. */
export function killContract(kills: number, missing: string | undefined): void {
  describe.skipIf(missing !== undefined)('alerting that is killed while it delivers', () => {
    let folder = ''
    let child: ChildProcess | undefined
    let receiver: Server | undefined
    let url = ''
    const received: Received[] = []
    /** What is wrong: job → since, null once it is over. */
    const wrong = new Map<string, number | null>()

    const tellWrong = () => {
      // A file is replaced whole: the child never reads half of it.
      writeFileSync(join(folder, 'next.json'), JSON.stringify(Object.fromEntries(wrong)))
      renameSync(join(folder, 'next.json'), join(folder, 'wrong.json'))
    }

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'weir-alert-kill-'))
      tellWrong()
      await build({
        ...{ root, configFile: false, logLevel: 'silent' },
        build: { ssr: join(root, 'diagnosis/alerts/kill.child.fixture.ts'), outDir: compiled },
      })
      receiver = createServer((request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const n = received.push({
            id: String(request.headers['webhook-id']),
            body: Buffer.concat(chunks).toString(),
          })
          // Taken and confirmed, taken but refused, taken without a word: all of them must come again or not.
          if (n % 7 === 3) response.writeHead(503).end()
          else if (n % 7 === 5) request.socket.destroy()
          else response.writeHead(204).end()
        })
      })
      await new Promise<void>((resolve) => receiver?.listen(0, '127.0.0.1', resolve))
      const address = receiver.address()
      url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hook`
    })
    afterAll(async () => {
      child?.kill('SIGKILL')
      receiver?.closeAllConnections()
      await new Promise((resolve) => receiver?.close(resolve))
      rmSync(folder, { recursive: true, force: true })
      rmSync(compiled, { recursive: true, force: true })
    })

    const startChild = async () => {
      const started = spawn(
        process.execPath,
        [
          join(compiled, 'kill.child.fixture.js'),
          join(folder, 'store'),
          join(folder, 'wrong.json'),
          url,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      child = started
      await new Promise<void>((resolve, reject) => {
        started.stdout.once('data', () => resolve())
        started.once('exit', (code) => reject(new Error(`alerting ended with ${code}`)))
      })
    }
    const killChild = () =>
      new Promise<void>((resolve) => {
        child?.once('exit', () => resolve())
        child?.kill('SIGKILL')
      })

    /** What was told, each id once, in the order of its first arrival. */
    const told = () => {
      const bodies = new Map(received.map(({ id, body }) => [id, body]))
      return [...bodies].map(([id, body]) => {
        const { status, alerts }: WebhookBody = JSON.parse(body)
        return { id, status, job: alerts[0]?.labels.job ?? '' }
      })
    }
    /** A job that was told to have failed recovers; another fails in its place. */
    let made = 0
    const goOn = (fresh: boolean) => {
      const states = told()
      for (const [job, since] of wrong) {
        const heard = states.filter((one) => one.job === job)
        if (since !== null && heard.some(({ status }) => status === 'firing')) wrong.set(job, null)
      }
      const open = [...wrong].filter(
        ([job]) => !states.some((one) => one.job === job && one.status === 'resolved'),
      )
      for (let n = open.length; fresh && n < jobsAtOnce; n++) {
        wrong.set(`lab/-/job-${made++}`, Date.now())
      }
      tellWrong()
      return open.length
    }

    test(`${kills} times: nothing is lost, nothing is told under two ids`, {
      timeout: 600_000,
    }, async () => {
      let seed = 42
      const random = () => {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
        return seed / 2 ** 31
      }
      for (let kill = 1; kill <= kills; kill++) {
        await startChild()
        // Once something is under way, anywhere between deciding, keeping, sending and noting it.
        const enough = received.length + Math.floor(random() * 6)
        while (received.length < enough) {
          goOn(true)
          await systemClock.sleep(5)
        }
        goOn(true)
        await systemClock.sleep(random() * 120)
        await killChild()
      }
      await startChild()
      const lateAt = Date.now() + 60_000
      while (goOn(false) > 0 && Date.now() < lateAt) await systemClock.sleep(20)
      await killChild()

      const states = told()
      const perJob = new Map<string, string[]>()
      for (const { job, status } of states) perJob.set(job, [...(perJob.get(job) ?? []), status])
      expect(Object.fromEntries(perJob)).toEqual(
        Object.fromEntries([...wrong.keys()].map((job) => [job, ['firing', 'resolved']])),
      )
      // The same id is the same message, however often it came.
      for (const { id, body } of received) {
        expect(
          received.filter((other) => other.id === id).every((other) => other.body === body),
        ).toBe(true)
      }
      expect(new Set(states.map(({ id }) => id)).size).toBe(wrong.size * 2)
      process.stdout.write(
        `${kills} kills, ${wrong.size} failures told and ended, ${received.length} deliveries of ${states.length} messages\n`,
      )
    })
  })
}
