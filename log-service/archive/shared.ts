/** Something that several read and one gives up: it closes when the last reader has let go. */
export interface Shared {
  /** Keeps it open until the function that is returned is called. */
  hold(): () => void
  /** No new readers; resolves at once, and closes when it is read no more. */
  retire(): Promise<void>
}

export function createShared(close: () => Promise<void>): Shared {
  let readers = 0
  let retired = false
  const closeWhenUnread = async () => {
    if (retired && readers === 0) await close()
  }
  return {
    hold() {
      readers++
      let held = true
      return () => {
        if (!held) return
        held = false
        readers--
        void closeWhenUnread()
      }
    },
    retire() {
      retired = true
      return closeWhenUnread()
    },
  }
}
