import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Clock } from '../../core/kit/clock.ts'
import type { Chunk } from '../chunk.ts'
import { further, type Reached } from '../ends.ts'
import type { LogServiceEvents } from '../events.ts'
import { birthTimes } from './birth-times.ts'
import { createHandles } from './handles.ts'
import { createKnown, type DiskFile, type FollowedLog } from './known.ts'
import type { LogSource } from './layout.ts'
import { createMeeting } from './meet.ts'
import { openPositions } from './positions.ts'
import { createReading, type OpenReader } from './reading.ts'
import { createRemembered } from './remembered.ts'
import { savedState } from './saved-state.ts'
import { createTurns, type Urgency } from './turns.ts'
import { createWalk, statNow } from './walk.ts'

/** Who takes what is read. */
export interface Sink {
  /** Whether more of this log may be read now; when it may again, `roomAgain` is called. */
  hasRoom(file: string): boolean
  take(chunk: Chunk): void
}

/** Follows the logs of its sources. Each step is done by whoever calls it; `start.ts` calls them in time. */
export interface Follower {
  /** Looks at every folder. @returns once it is known what is there */
  scan(): Promise<void>
  /**
   * Something happened to a name in a folder, or only to its content; said by the system between scans.
   * @returns what it is; a folder that is new deserves a scan at once
   */
  noticed(folder: string, name: string, what: 'rename' | 'change'): 'log' | 'folder' | 'nothing'
  /** Reads one piece of one log. @returns false when there is nothing to read */
  readSome(): Promise<boolean>
  /** Hands on what was held back of logs that have been silent for a while. */
  flushSilent(): void
  /** The sink has room for a log again. */
  roomAgain(file: string): void
  /** Events up to here are with the gateway. */
  acknowledge(file: string, reached: Reached): void
  /** What is acknowledged of a log; undefined when it is not known. */
  acknowledged(file: string): Reached | undefined
  /** Writes what is acknowledged, and which file is which log. Never rejects. */
  save(): Promise<void>
  /** Folders as the last scan saw them. */
  folders(): ReadonlySet<string>
  state(): FollowerState
  /** Whether a log may still grow. */
  isFollowed(file: string): boolean
  /** Lets go of all files; what is to be remembered was saved before. */
  close(): void
}

export interface FollowerState {
  readonly files: number
  readonly openFiles: number
  readonly unreadBytes: number
  /** Logs of which something is unread, most unread first. */
  behind(most: number): readonly { readonly log: FollowedLog; readonly unreadBytes: number }[]
}

export interface FollowerOptions {
  readonly sources: readonly LogSource[]
  /** Where positions are kept. */
  readonly folder: string
  readonly maxOpenFiles: number
  readonly openReader: OpenReader
  readonly sink: Sink
  /** How far the archive has a log. */
  readonly archived: (file: string) => Reached
  /** Told of each folder before its names are listed, with its inode. */
  readonly onFolder?: (path: string, inode: string) => void
  /** Told when there may be something to read. */
  readonly onWork?: () => void
  readonly clock: Clock
  readonly events: LogServiceEvents
}

/** Files that were written within this time are looked at in every scan, the others now and then. */
const WARM_MS = 10 * 60_000
const SCANS_PER_ROUND = 15
/** A log of which less is unread has its turn before those that are behind. */
const NEAR_BYTES = 1024 * 1024
/** For so long a copy may appear of a log that is over. */
const KEEP_ENDED_MS = 3_600_000

export async function openFollower(options: FollowerOptions): Promise<Follower> {
  const { sources, folder, sink, clock, events } = options
  await mkdir(folder, { recursive: true })
  const bornOf = await birthTimes(folder)
  const positions = await openPositions(join(folder, 'positions.json'), events)
  const remembered = createRemembered(positions.found)
  const known = createKnown()
  const turns = createTurns<FollowedLog>()
  const parked = new Map<string, FollowedLog>()
  const walks = new Map(sources.map((source) => [source, createWalk(source)]))
  const missing = new Set<LogSource>()
  const refusedFolders = new Set<string>()
  let folders: ReadonlySet<string> = new Set()
  let scanNumber = 0
  let closed = false

  const handles = createHandles(options.maxOpenFiles, ({ source }) => {
    const root = walks.get(source)?.root()
    return root === undefined ? source.linkRoots : [root, ...source.linkRoots]
  })

  const urgencyOf = ({ on, offset }: FollowedLog): Urgency => {
    if (!on) return 'near'
    const unreadBytes = on.place.compressed ? Number.POSITIVE_INFINITY : on.sizeBytes - offset
    if (unreadBytes <= NEAR_BYTES) return 'near'
    return clock.now() - on.writtenAt < WARM_MS && !on.place.rotated ? 'behind' : 'old'
  }
  const wake = (log: FollowedLog) => {
    if (log.state.is === 'new') void admitSoon()
    if (log.state.is !== 'followed' || !log.on) return
    turns.ask(log, urgencyOf(log))
    options.onWork?.()
  }
  const meeting = createMeeting({
    ...{ known, remembered, handles, clock, events, bornOf, wake },
    archived: options.archived,
    scan: () => scanNumber,
  })
  const reading = createReading({
    ...{ meeting, handles, clock, events },
    openReader: options.openReader,
    take: (chunk) => sink.take(chunk),
    saveHeads: () => save(),
  })

  let saving = Promise.resolve()
  let asked = false
  const saveNow = async () => {
    asked = false
    try {
      await positions.save(savedState(known, remembered))
    } catch (error) {
      events.positionsNotWritten({ error })
    }
  }
  /** Several who ask at once are served by one writing that begins after them. */
  function save(): Promise<void> {
    if (!asked) saving = saving.then(saveNow)
    asked = true
    return saving
  }

  /** What is new may be read once its identity is on the disk: after a death it is the same again. */
  const admitNew = async () => {
    const telling = [...known.fresh].filter((log) => {
      if (log.state.is !== 'new') known.fresh.delete(log)
      return log.state.is === 'new' && meeting.learnHead(log)
    })
    if (telling.length === 0) return
    await save()
    for (const log of telling) {
      known.fresh.delete(log)
      if (log.state.is === 'new') log.state = { is: 'followed' }
      wake(log)
    }
  }
  let admitting = Promise.resolve()
  const admitSoon = () => {
    admitting = admitting.then(admitNew)
    return admitting
  }

  const forgetEnded = () => {
    const now = clock.now()
    const referred = new Set<FollowedLog>()
    for (const { role } of known.files.values())
      if ('log' in role && role.log) referred.add(role.log)
    for (const log of known.logs.values()) {
      const isOver = log.state.is === 'ended' && now - log.state.at > KEEP_ENDED_MS
      if (isOver && !referred.has(log)) known.dropLog(log)
    }
    remembered.forget(({ endedAt }) => endedAt !== undefined && now - endedAt > KEEP_ENDED_MS)
  }

  /** Files that nobody writes need no handle, and those that are not read to their end need a turn. */
  const tendFiles = () => {
    const now = clock.now()
    for (const file of known.files.values()) {
      if (file.role.is !== 'read') {
        if (file.role.is !== 'undecided') handles.close(file)
        continue
      }
      const { log } = file.role
      const isUnread = !file.place.compressed && file.sizeBytes > log.offset
      const mayBeDeleted = file.path === undefined || missing.has(file.source)
      if ((mayBeDeleted && file.fd !== undefined) || isUnread) wake(log)
      else if (now - file.writtenAt > WARM_MS) handles.close(file)
    }
  }

  const scanSource = async (source: LogSource, seen: Set<string>) => {
    let looked = 0
    const isThere = await walks.get(source)?.scan({
      folder: (path, inode) => {
        options.onFolder?.(path, inode)
        seen.add(path)
        refusedFolders.delete(path)
      },
      wantsLook(path) {
        const file = known.paths.get(path)
        if (file?.role.is !== 'read' || file.fd !== undefined) return true
        if (clock.now() - file.writtenAt < WARM_MS) return true
        return looked++ % SCANS_PER_ROUND === scanNumber % SCANS_PER_ROUND
      },
      file(path, inner, stats) {
        const place = source.place(inner)
        if (place) meeting.meet({ source, place, path, stats, scanning: true })
      },
      stillThere(path) {
        const file = known.paths.get(path)
        if (file) file.seenInScan = scanNumber
      },
      unreadable(path, error) {
        if (!refusedFolders.has(path)) events.fileUnreadable({ path, error })
        refusedFolders.add(path)
      },
    })
    if (!isThere && !missing.has(source)) events.rootMissing({ path: source.root })
    if (isThere) missing.delete(source)
    else missing.add(source)
  }

  return {
    async scan() {
      scanNumber++
      const seen = new Set<string>()
      for (const source of sources) await scanSource(source, seen)
      folders = seen
      for (const file of known.files.values()) {
        // While a root is away, unmounted perhaps, nothing is known of its files.
        if (file.seenInScan !== scanNumber && !missing.has(file.source)) meeting.vanish(file)
      }
      for (const log of meeting.settle()) reading.end(log)
      if (missing.size === 0) remembered.scanned(clock.now())
      forgetEnded()
      tendFiles()
      await admitSoon()
    },
    noticed(folderPath, name, what) {
      const path = join(folderPath, name)
      const before = known.paths.get(path)
      if (what === 'change' && before?.role.is === 'read') {
        wake(before.role.log)
        return 'log'
      }
      const source = sources.find(({ root }) => path.startsWith(`${root}/`))
      if (closed || !source) return 'nothing'
      const stats = statNow(path)
      if (stats?.isDirectory()) return folders.has(path) ? 'nothing' : 'folder'
      const place = source.place(relative(source.root, path))
      if (!place) return 'nothing'
      if (stats?.isFile()) {
        meeting.meet({ source, place, path, stats, scanning: false })
        void admitSoon()
      } else if (before?.role.is === 'read') wake(before.role.log)
      return 'log'
    },
    async readSome() {
      const log = turns.next()
      if (!log) return false
      const { file } = log.origin
      if (!sink.hasRoom(file)) {
        parked.set(file, log)
        return true
      }
      const end = await reading.turn(log)
      if (end === 'more') wake(log)
      else turns.rest(log)
      if (end === 'gone') await admitSoon()
      return true
    },
    flushSilent: () => reading.flushSilent(),
    roomAgain(file) {
      const log = parked.get(file)
      parked.delete(file)
      if (log) wake(log)
    },
    acknowledge(file, reached) {
      const log = known.logs.get(file)
      if (log) log.acknowledged = further(log.acknowledged, reached)
      else remembered.acknowledge(file, reached)
    },
    acknowledged: (file) => known.logs.get(file)?.acknowledged ?? remembered.acknowledged(file),
    save,
    folders: () => folders,
    isFollowed(file) {
      const log = known.logs.get(file)
      return log?.state.is === 'followed' && log.on?.path !== undefined && !log.on.place.rotated
    },
    state: () => stateOf(known, handles.count),
    close() {
      closed = true
      for (const file of known.files.values()) handles.close(file)
      for (const { unpacking } of known.logs.values()) unpacking?.close()
    },
  }
}

function stateOf(known: ReturnType<typeof createKnown>, openFiles: number): FollowerState {
  const unread: { log: FollowedLog; unreadBytes: number }[] = []
  let unreadBytes = 0
  for (const log of known.logs.values()) {
    const bytes = log.on ? unreadOf(log.on, log.offset) : 0
    if (bytes > 0) unread.push({ log, unreadBytes: bytes })
    unreadBytes += Math.max(0, bytes)
  }
  return {
    files: known.files.size,
    openFiles,
    unreadBytes,
    behind: (most) => unread.sort((a, b) => b.unreadBytes - a.unreadBytes).slice(0, most),
  }
}

/** Of a compressed log nobody knows before its end; its packed size stands for it. */
function unreadOf({ place, sizeBytes }: DiskFile, offset: number): number {
  return place.compressed ? sizeBytes : sizeBytes - offset
}
