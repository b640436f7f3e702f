import { checkpoints } from './checkpoints.ts'
import { cluster } from './cluster.ts'
import { kafka } from './kafka.ts'
import { kubernetes } from './kubernetes.ts'
import { lifecycle } from './lifecycle.ts'
import { createSignatureMatcher } from './match.ts'
import { memory } from './memory.ts'
import { network } from './network.ts'
import { rpc } from './rpc.ts'
import type { Signature } from './signature.ts'
import { state } from './state.ts'
import { userCode } from './user-code.ts'

/** Texts checked in the sources of Flink 1.17, 1.20 and 2.3; those of the JDK, Kafka and others as they print them. */
export const signatures: readonly Signature[] = [
  ...memory,
  ...network,
  ...cluster,
  ...rpc,
  ...lifecycle,
  ...checkpoints,
  ...state,
  ...userCode,
  ...kafka,
  ...kubernetes,
]

const byId = new Map(signatures.map((signature) => [signature.id, signature]))

/** What is known of the signature with this id. */
export function signatureOf(id: string): Signature | undefined {
  return byId.get(id)
}

export const knownSignatures = createSignatureMatcher(signatures)
