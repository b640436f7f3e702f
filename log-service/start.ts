import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Registry } from 'prom-client'
import { type Clock, every } from '../core/kit/clock.ts'
import { ConfigError, messageOf } from '../core/kit/errors.ts'
import { assertLoopbackOrTokens, serve } from '../core/kit/http.ts'
import { lockFolder } from '../core/kit/lock-folder.ts'
import type { Log } from '../core/kit/log.ts'
import type { Scope } from '../core/kit/scope.ts'
import { openArchive } from './archive/archive.ts'
import type { LogServiceConfig } from './config.ts'
import { createDelivery, type Delivery, type Ship } from './deliver/delivery.ts'
import { logServiceEvents } from './events.ts'
import { type Follower, openFollower } from './follow/follower.ts'
import type { OpenReader } from './follow/reading.ts'
import { createWatches } from './follow/watch.ts'
import { logServiceGauges } from './gauges.ts'
import { catchUpProgress } from './progress.ts'
import { logServiceRoutes } from './server/routes.ts'
import { sourcesOf } from './sources.ts'

export interface LogServiceDeps {
  /** Hands events to a gateway; resolves when they are acknowledged. */
  readonly ship: Ship
  /** Makes bytes of a log into events; redacted already. */
  readonly openReader: OpenReader
  readonly clock: Clock
  readonly log: Log
  readonly registry: Registry
}

export interface LogService {
  /** Where its API listens. */
  readonly url: string
  /** Bytes of log files that are not read yet. */
  unreadBytes(): number
}

const TEND_EVERY_MS = 1_000
const SAVE_EVERY_MS = 2_000
const FLUSH_EVERY_MS = 250
/** Positions are written so seldom that writing them takes at most this share of the time. */
const SAVE_SHARE = 0.02

/**
 * Follows the logs of this node, keeps them in the archive, hands them to a gateway and answers for them.
 * @throws ConfigError when there is nothing to follow, the folder is taken or cannot be written, or others could reach the
 * API without a token; WeirError when the port is taken
 */
export async function startLogService(
  config: LogServiceConfig,
  { ship, openReader, clock, log: root, registry }: LogServiceDeps,
  scope: Scope,
): Promise<LogService> {
  const { folder, api, archive: room, maxOpenFiles, scanEveryMs } = config
  assertLoopbackOrTokens(
    api.host,
    api.tokens.map(({ sha256 }) => sha256),
  )
  const sources = sourcesOf(config, config.node ?? hostname())
  if (sources.length === 0) {
    throw new ConfigError(
      'logs: there is nothing to follow; name pods, flink or folders, or give --logs cluster=DIR.',
    )
  }
  const own = scope.child('log-service')
  const log = root.child({ part: 'log-service' })
  const events = logServiceEvents({ log, registry, clock })
  takeFolder(folder, own)

  let follower: Follower | undefined
  let delivery: Delivery | undefined
  const archive = await openArchive({
    ...{ ...room, folder: join(folder, 'archive'), clock, events },
    onCut: (part) => delivery?.cut(part),
  })
  own.add('archive', () => archive.close())

  const something = createBell()
  const watches = createWatches(
    (at, name, what) => {
      if (follower?.noticed(at, name, what) === 'folder') scanNow.ring()
    },
    (path, error) => events.watchFailed({ path, error }),
  )
  own.add('watches', () => watches.close())
  const scanNow = createBell()
  const following = await openFollower({
    ...{ folder, sources, maxOpenFiles, openReader, clock, events },
    sink: {
      hasRoom: (file) => delivery?.hasRoom(file) ?? true,
      take: (chunk) => delivery?.take(chunk),
    },
    archived: (file) => archive.reached(file),
    onFolder: (path, inode) => watches.add(path, inode),
    onWork: something.ring,
  })
  follower = following
  own.add('positions', async () => {
    await delivery?.placed()
    await following.save()
    following.close()
  })
  const delivering = createDelivery({
    ...{ archive, ship, clock, events },
    acknowledged: (file) => following.acknowledged(file),
    onAcknowledged: (file, reached) => following.acknowledge(file, reached),
    onRoom: (file) => following.roomAgain(file),
  })
  delivery = delivering
  logServiceGauges(registry, { follower: following, archive, delivery: delivering })

  const routes = logServiceRoutes({
    ...{ archive, tokens: api.tokens, registry, events, clock, log, signal: own.signal },
    isFollowed: (file) => following.isFollowed(file),
    limits: {
      ...{ maxMs: api.maxSearchMs, maxBytes: api.maxSearchBytes, maxPieceMs: api.maxPieceMs },
    },
  })

  const progress = catchUpProgress(clock, log)
  const { signal } = own
  const scanning = async () => {
    for await (const _ of every(scanEveryMs, clock, signal)) {
      await following.scan()
      watches.keep(following.folders())
      progress(following.state().unreadBytes)
      // A folder that was just made may be gone before the next beat.
      while (scanNow.rang() && !signal.aborted) await following.scan()
    }
  }
  const reading = async () => {
    let flushedAt = clock.now()
    while (!signal.aborted) {
      const busy = await following.readSome()
      const now = clock.now()
      if (now - flushedAt >= FLUSH_EVERY_MS || now < flushedAt) {
        flushedAt = now
        following.flushSilent()
      }
      if (!busy) await something.wait(FLUSH_EVERY_MS, clock, signal)
    }
  }
  const tending = async () => {
    for await (const _ of every(TEND_EVERY_MS, clock, signal)) await archive.tend()
  }
  const saving = async () => {
    while (!signal.aborted) {
      const startedAt = clock.now()
      await following.save()
      const waitMs = Math.max(SAVE_EVERY_MS, (clock.now() - startedAt) / SAVE_SHARE)
      await clock.sleep(waitMs, signal).catch(() => {})
    }
  }
  const running = [scanning(), reading(), tending(), saving(), delivering.run(signal)]
  for (const one of running) one.catch((error: unknown) => log.error('A part stopped.', { error }))
  own.add('loops', async () => {
    await Promise.allSettled(running)
  })

  const { url } = await serve(routes, { host: api.host, port: api.port }, own, clock)
  log.info('The logs of this node are followed.', { url, roots: sources.map((one) => one.root) })
  return { url, unreadBytes: () => following.state().unreadBytes }
}

function takeFolder(folder: string, scope: Scope): void {
  try {
    mkdirSync(folder, { recursive: true })
    scope.add('folder', lockFolder(folder, 'logs.folder'))
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError(
      `logs.folder: ${folder} cannot be used (${messageOf(cause)}); give a folder that this process may write.`,
      { cause },
    )
  }
}

/** Wakes one who waits; a ring that nobody waited for is heard at the next wait. */
interface Bell {
  ring(): void
  /** Whether it rang since it was last asked. */
  rang(): boolean
  wait(mostMs: number, clock: Clock, signal: AbortSignal): Promise<void>
}

function createBell(): Bell {
  let ringing = false
  let wake = () => {}
  return {
    ring() {
      ringing = true
      wake()
    },
    rang() {
      const did = ringing
      ringing = false
      return did
    },
    async wait(mostMs, clock, signal) {
      const over = new AbortController()
      wake = () => over.abort('rung')
      signal.addEventListener('abort', wake, { once: true })
      if (!ringing && !signal.aborted) await clock.sleep(mostMs, over.signal).catch(() => {})
      signal.removeEventListener('abort', wake)
      wake = () => {}
      ringing = false
    },
  }
}
