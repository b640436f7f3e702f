import type { JobFacts } from '../../core/model/facts.ts'
import type { SharedThing } from '../../core/model/platform.ts'
import { hostsOf } from '../signals/load.ts'
import { presentPods } from '../signals/pods.ts'

/**
 * What a job stands on that others may stand on as well, as far as its facts tell. What is not told is left
 * out: nothing is said of jobs because they might share something.
 */
export function sharesOf(facts: JobFacts): readonly SharedThing[] {
  const things: SharedThing[] = [
    { kind: 'cluster', name: facts.ref.cluster },
    ...nodesOf(facts).map((name) => ({ kind: 'node' as const, name })),
    ...storesOf(facts).map((name) => ({ kind: 'store' as const, name })),
    ...brokersOf(facts).map((name) => ({ kind: 'broker' as const, name })),
    ...imagesOf(facts).map((name) => ({ kind: 'image' as const, name })),
  ]
  return [...new Map(things.map((thing) => [thingKey(thing), thing])).values()]
}

export const thingKey = ({ kind, name }: SharedThing): string => `${kind}:${name}`

/** Kubernetes tells the node of a pod; elsewhere a ResourceID is `host:port-abcdef` (TaskManagerRunner). */
function nodesOf(facts: JobFacts): readonly string[] {
  const pods = presentPods(facts)
  if (pods) return pods.flatMap(({ node }) => node ?? [])
  return [...new Set(hostsOf(facts).values())].flatMap((id) => {
    const host = /^(.+):\d+-[0-9a-f]{6}$/.exec(id)?.[1]
    return host === undefined || isOwnMachine(host) ? [] : host
  })
}

/** Under such a name every machine knows itself. */
const isOwnMachine = (host: string) => /^(127\.|localhost$|0\.0\.0\.0$|\[?::1\]?$)/.test(host)

/** Since Flink 1.20 the first; before it the second (CheckpointingOptions). */
const STORE_KEYS = ['execution.checkpointing.dir', 'state.checkpoints.dir']

function storesOf(facts: JobFacts): readonly string[] {
  const written = facts.checkpoints.findLast(({ externalPath }) => externalPath)?.externalPath
  const configured = STORE_KEYS.flatMap((key) => facts.config?.[key] ?? [])[0]
  const place = storeAt(written ?? configured ?? '', facts.ref.cluster)
  return place === undefined ? [] : [place]
}

/**
 * The file system a path lies in: scheme and bucket, host or account. Paths of `file:` mean something else on
 * each machine, so that they are one store within a cluster only.
 */
export function storeAt(path: string, cluster: string): string | undefined {
  const [, scheme = '', place = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)/i.exec(path) ?? []
  if (scheme === 'file' || path.startsWith('file:/')) return `file: on ${cluster}`
  return place === '' ? undefined : `${scheme}://${place}`
}

/** Where a job's parameters or a cluster's configuration name brokers, as Kafka's clients call the option. */
function brokersOf(facts: JobFacts): readonly string[] {
  return Object.entries(facts.config ?? {}).flatMap(([key, value]) =>
    /(^|[._-])bootstrap[._-]servers?$/i.test(key) ? brokersIn(value) : [],
  )
}

/** In the order of the alphabet, as the same brokers are written in any. */
function brokersIn(value: string): readonly string[] {
  const servers = value
    .split(',')
    .map((server) => server.trim().toLowerCase())
    .filter((server) => server !== '' && !isOwnMachine(server.replace(/:\d+$/, '')))
  return servers.length === 0 ? [] : [[...new Set(servers)].sort().join(',')]
}

/** Of containers that Flink runs in; sidecars have images of their own. */
function imagesOf(facts: JobFacts): readonly string[] {
  return (presentPods(facts) ?? []).flatMap(({ containers }) =>
    containers.flatMap(({ name, part, image }) =>
      part === 'app' && (name === 'flink-main-container' || containers.length === 1) ? image : [],
    ),
  )
}
