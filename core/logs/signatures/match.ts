import { compileLiterals } from '../literals.ts'
import type { Role, Severity, Signature } from './signature.ts'

/** Finds the known signatures of an event. */
export interface SignatureMatcher {
  /**
   * Id of the signature that says most about an event: a cause before an echo before noise, the graver
   * first, and of equals the one that stands last, as the innermost cause does.
   */
  find(message: string, stack: string | undefined, frame: string | undefined): string | undefined
  /** Ids of all signatures of an event. */
  findAll(message: string, stack: string | undefined, frame: string | undefined): readonly string[]
}

interface Candidate {
  readonly signature: Signature
  readonly text: RegExp
}

interface Match {
  readonly signature: Signature
  readonly at: number
}

const roles: readonly Role[] = ['noise', 'echo', 'cause']
const severities: readonly Severity[] = ['information', 'warning', 'error', 'fatal']

/**
 * Compiles signatures: one pass over an event tells which literals it has, and only the texts behind those
 * are looked for.
 */
export function createSignatureMatcher(signatures: readonly Signature[]): SignatureMatcher {
  const candidates = signatures.flatMap((signature) =>
    signature.texts.map(([literal, text]): Candidate & { literal: string } => ({
      signature,
      text,
      literal,
    })),
  )
  const literals = compileLiterals(candidates.map(({ literal }) => literal))
  const seen = new Uint8Array(candidates.length)
  let found: number[] = []

  function note(candidate: number): void {
    if (seen[candidate] === 1) return
    seen[candidate] = 1
    found.push(candidate)
  }

  /** Indexes of the candidates whose literals occur. */
  function noted(message: string, stack: string | undefined): readonly number[] {
    literals.scan(message, note)
    if (stack !== undefined) literals.scan(stack, note)
    if (found.length === 0) return none
    const indexes = found
    found = []
    for (const index of indexes) seen[index] = 0
    return indexes
  }

  function matches(
    message: string,
    stack: string | undefined,
    frame: string | undefined,
  ): readonly Match[] {
    const indexes = noted(message, stack)
    if (indexes.length === 0) return none
    const event = stack === undefined ? message : `${message}\n${stack}`
    const all: Match[] = []
    for (const index of indexes) {
      const candidate = candidates[index]
      if (candidate === undefined || (candidate.signature.inUserCode && frame === undefined))
        continue
      const at = event.search(candidate.text)
      if (at !== -1) all.push({ signature: candidate.signature, at })
    }
    return all
  }

  return {
    find(message, stack, frame) {
      const all = matches(message, stack, frame)
      return all.length === 0 ? undefined : all.reduce(graver).signature.id
    },
    findAll(message, stack, frame) {
      return [...new Set(matches(message, stack, frame).map(({ signature }) => signature.id))]
    },
  }
}

const none: readonly never[] = []

function graver(a: Match, b: Match): Match {
  const role = roles.indexOf(a.signature.role) - roles.indexOf(b.signature.role)
  if (role !== 0) return role > 0 ? a : b
  const severity =
    severities.indexOf(a.signature.severity) - severities.indexOf(b.signature.severity)
  if (severity !== 0) return severity > 0 ? a : b
  return a.at >= b.at ? a : b
}
