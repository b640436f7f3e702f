import { createReadStream, readdirSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'

/** Events of real logs of Flink, each with its stack, without their times. */
export async function recordedEvents(folder: string): Promise<readonly string[]> {
  const events: string[] = []
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.ndjson.gz'))) {
    const lines = createInterface({
      input: createReadStream(join(folder, name)).pipe(createGunzip()),
    })
    for await (const line of lines) {
      if (!line.includes('"src":"log"')) continue
      const { line: text } = JSON.parse(line)
      if (typeof text !== 'string') continue
      if (TIME.test(text)) events.push(text.slice(TIME_LENGTH))
      else events[events.length - 1] += `\n${text}`
    }
  }
  return events
}

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /
const TIME_LENGTH = 24

export interface Written {
  readonly lines: number
  readonly bytes: number
}

/**
 * Writes lines that look like the recorded ones of about 300 bytes, with other ids and numbers in them; the same for the
 * same seed.
 */
export async function writeLog(
  path: string,
  { events, lines, seed }: { events: readonly string[]; lines: number; seed: number },
): Promise<Written> {
  const shapes = events.filter((event) => event.length > 180 && event.length < 1_500)
  const random = randomFrom(seed)
  const digits = (count: number, base: string) =>
    Array.from({ length: count }, () => base[Math.floor(random() * base.length)]).join('')
  const jobs = Array.from({ length: 8 }, () => digits(32, '0123456789abcdef'))
  let at = 1_795_208_106_608
  let written = 0
  let bytes = 0
  while (written < lines) {
    let text = ''
    while (written < lines && text.length < 1 << 20) {
      // Few shapes are frequent and many are rare, as in every log.
      const shape = shapes[Math.floor(random() ** 2 * shapes.length)] ?? ''
      at += Math.floor(random() * 6)
      const time = new Date(at).toISOString().replace('T', ' ').replace('.', ',').slice(0, 23)
      const varied = shape
        .replace(/\b[0-9a-f]{32}\b/g, () =>
          random() < 0.7
            ? (jobs[Math.floor(random() * jobs.length)] ?? '')
            : digits(32, '0123456789abcdef'),
        )
        .replace(/(?<=[ =(#_])\d{2,9}\b/g, (number) => digits(number.length, '123456789'))
      text += `${time} ${varied}\n`
      written += 1 + (varied.match(/\n/g)?.length ?? 0)
    }
    await appendFile(path, text)
    bytes += Buffer.byteLength(text)
  }
  return { lines: written, bytes }
}

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
