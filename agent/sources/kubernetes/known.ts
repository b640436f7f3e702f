import { z } from 'zod'
import { KubernetesObject } from '../../../core/flink/kubernetes/object.ts'
import type { FlinkEvent } from '../../../core/model/events.ts'
import type { Happenings } from './happenings.ts'

/** How the objects of one kind are read, and what there is to tell of them. */
export interface ToldKind<T extends KubernetesObject> {
  /** As in RBAC: `pods`, `flinkdeployments.flink.apache.org`. */
  readonly name: string
  readonly object: z.ZodType<T>
  /** What there is to tell of an object that is new or has changed. */
  seen(object: T): readonly FlinkEvent[]
  /** … and of one that is no more, as it was last seen. */
  gone(object: T): readonly FlinkEvent[]
  /** What of it must be kept to say so; everything where this is missing. */
  readonly keep?: (object: T) => T
}

/** The objects of one kind that there are, as far as we know. */
export interface Known {
  /** These are all that there are now: whatever else was known is gone. */
  replaceBy(items: readonly unknown[]): readonly FlinkEvent[]
  /** An object as a watch tells it, with the word of the watch on it: `ADDED`, `MODIFIED` or `DELETED`. */
  change(word: string, value: unknown): readonly FlinkEvent[]
}

export function createKnown<T extends KubernetesObject>(
  kind: ToldKind<T>,
  happenings: Pick<Happenings, 'unreadable'>,
): Known {
  const { keep = (object) => object } = kind
  let known = new Map<string, T>()

  const read = (value: unknown): T | undefined => {
    const { data, error } = kind.object.safeParse(value)
    if (error) happenings.unreadable({ kind: kind.name, reason: z.prettifyError(error) })
    return data
  }

  return {
    replaceBy(items) {
      const before = known
      known = new Map()
      const listed: T[] = []
      for (const item of items) {
        const object = read(item)
        const uid = uidOf(item)
        // What cannot be read any more is there all the same.
        const last = uid === undefined ? undefined : before.get(uid)
        if (object !== undefined) {
          listed.push(object)
          known.set(object.metadata.uid, keep(object))
        } else if (uid !== undefined && last !== undefined) known.set(uid, last)
      }
      const vanished = [...before].flatMap(([uid, object]) => (known.has(uid) ? [] : object))
      return [
        ...vanished.flatMap((object) => kind.gone(object)),
        ...listed.flatMap((object) => kind.seen(object)),
      ]
    },
    change(word, value) {
      const object = read(value)
      if (word === 'DELETED') {
        const uid = uidOf(value)
        const last = object ?? (uid === undefined ? undefined : known.get(uid))
        if (uid !== undefined) known.delete(uid)
        return last === undefined ? [] : kind.gone(last)
      }
      if (object === undefined) return []
      known.set(object.metadata.uid, keep(object))
      return kind.seen(object)
    },
  }
}

function uidOf(value: unknown): string | undefined {
  return KubernetesObject.safeParse(value).data?.metadata.uid
}
