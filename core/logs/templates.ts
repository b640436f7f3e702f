import { createMasker, type Masked } from './mask.ts'

/** Gives messages of one kind one id. */
export interface Templates {
  /** Id of the template: 14 hexadecimal digits. A function of logger and message, in every process. */
  idOf(logger: string | undefined, message: string): string
}

/** Ids whose text is remembered, to format each once. */
const mostRemembered = 50_000

/**
 * Templates as Drain finds them, without Drain's memory: what differs between lines of one kind is masked
 * by its form, and the id is a hash of logger and masked text. Nothing is learned, so that ids are the same
 * after a restart, on every node and in the demonstration.
 */
export function createTemplates(): Templates {
  const mask = createMasker()
  const ids = new Map<number, string>()
  return {
    idOf(logger, message) {
      const number = hashOf(logger, mask(message))
      const known = ids.get(number)
      if (known !== undefined) return known
      if (ids.size >= mostRemembered) ids.clear()
      const id = number.toString(16).padStart(14, '0')
      ids.set(number, id)
      return id
    },
  }
}

/** The text of a message's template, with `<*>` where lines differ; for people. */
export function templateText(message: string): string {
  const { codes, length } = createMasker()(message)
  return String.fromCharCode(...codes.subarray(0, length))
}

/** 53 bits of two FNV-1a-like hashes: as many as a number holds exactly. */
function hashOf(logger: string | undefined, { codes, length }: Masked): number {
  let a = 0x811c9dc5
  let b = 0x9747b28c
  if (logger !== undefined) {
    for (let i = 0; i < logger.length; i += 1) {
      const code = logger.charCodeAt(i)
      a = Math.imul(a ^ code, 0x01000193)
      b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 15)
    }
  }
  // What no message holds stands between logger and message.
  a = Math.imul(a ^ 10, 0x01000193)
  b = Math.imul(b ^ 10, 0x85ebca6b) ^ (b >>> 15)
  for (let i = 0; i < length; i += 1) {
    const code = codes[i] as number // Below `length` the buffer is written.
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 15)
  }
  return (a >>> 0) * 0x200000 + (b >>> 11)
}
