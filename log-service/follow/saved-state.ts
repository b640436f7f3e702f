import type { Known } from './known.ts'
import type { SavedPositions } from './positions.ts'
import type { Remembered } from './remembered.ts'

/** What a next start has to know: how far logs are acknowledged, and which file is which log. */
export function savedState(known: Known, remembered: Remembered): SavedPositions {
  const before = remembered.all()
  const logs = [...before.logs]
  const files = [...before.files]
  for (const { origin, kin, head, acknowledged: reached, state } of known.logs.values()) {
    const ended = state.is === 'ended' ? { endedAt: state.at } : {}
    logs.push({ file: origin.file, kin, head, reached, ...ended })
  }
  for (const { inode, born, logs: count, role } of known.files.values()) {
    if (role.is === 'undecided' || !role.log) continue
    const { file } = role.log.origin
    const is = role.is === 'refused' ? 'read' : role.is
    files.push({ inode, born, file, logs: count, role: is })
  }
  return { logs, files }
}
