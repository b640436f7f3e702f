import type { FlinkEvent } from '../../../core/model/events.ts'

/** Something in Kubernetes that a word may be about. `ClusterId` stands for all that is named after one. */
export interface Thing {
  readonly kind: 'Pod' | 'FlinkDeployment' | 'FlinkSessionJob' | 'FlinkStateSnapshot' | 'ClusterId'
  readonly namespace: string
  readonly name: string
}

/**
 * Which Flink cluster things in Kubernetes belong to. The kinds are watched apart from each other, so what is
 * said of a thing may come before the thing: it is held until then.
 */
export interface Belonging {
  /** Returns what was held for it. */
  learn(thing: Thing, cluster: string): readonly FlinkEvent[]
  /** The thing is no more; what is said of it later is still its cluster's. */
  forget(thing: Thing): void
  clusterOf(thing: Thing): string | undefined
  hold(thing: Thing, say: (cluster: string) => readonly FlinkEvent[]): void
}

/** Of each sort so many are kept: most events of a shared cluster are about things that are no Flink. */
const MOST_FORMER = 2_000
const MOST_HELD = 1_000

type Held = { readonly key: string; readonly say: (cluster: string) => readonly FlinkEvent[] }

export function createBelonging(): Belonging {
  const current = new Map<string, string>()
  const former = new Map<string, string>()
  let held: readonly Held[] = []
  const keyOf = ({ kind, namespace, name }: Thing) => `${kind} ${namespace}/${name}`

  return {
    learn(thing, cluster) {
      const key = keyOf(thing)
      current.set(key, cluster)
      former.delete(key)
      const own = held.filter((one) => one.key === key)
      if (own.length === 0) return []
      held = held.filter((one) => one.key !== key)
      return own.flatMap(({ say }) => say(cluster))
    },
    forget(thing) {
      const key = keyOf(thing)
      const cluster = current.get(key)
      if (cluster === undefined) return
      current.delete(key)
      former.set(key, cluster)
      const [oldest] = former.keys()
      if (former.size > MOST_FORMER && oldest !== undefined) former.delete(oldest)
    },
    clusterOf(thing) {
      const key = keyOf(thing)
      return current.get(key) ?? former.get(key)
    },
    hold(thing, say) {
      held = [...held.slice(1 - MOST_HELD), { key: keyOf(thing), say }]
    },
  }
}
