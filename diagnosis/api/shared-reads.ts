/** Reads under a key, each at most once while it is among the newest few; who asks meanwhile waits for the same. */
export type SharedReads<T> = (key: string, read: () => Promise<T>) => Promise<T>

export function sharedReads<T>(mostKept: number): SharedReads<T> {
  const kept = new Map<string, Promise<T>>()
  return (key, read) => {
    const known = kept.get(key)
    if (known) return known
    const reading = read()
    kept.set(key, reading)
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break
      kept.delete(oldest)
    }
    // A store that was down for a moment is asked again by the next one.
    reading.catch(() => kept.get(key) === reading && kept.delete(key))
    return reading
  }
}
