// The body of a recording: one JSON object per line, in order of arrival, gzipped as it comes.
import { createWriteStream, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { LAB } from '../layout.mjs'

/** Folders of this machine do not belong into a recording; nothing else is changed. */
export function sanitise(text) {
  const home = homedir()
  const withoutLab = text.replaceAll(LAB, '/lab')
  return home.length > 1 ? withoutLab.replaceAll(home, '/home') : withoutLab
}

export function openEntries(file) {
  rmSync(file, { force: true })
  const gzip = createGzip({ level: 9, memLevel: 9 })
  const sink = gzip.pipe(createWriteStream(file))
  let open = true
  return {
    /** `t` is the time of arrival unless the entry knows better. */
    put(entry) {
      if (open) gzip.write(`${sanitise(JSON.stringify({ t: Date.now(), ...entry }))}\n`)
    },
    async close() {
      open = false
      gzip.end()
      await finished(sink)
    },
  }
}
