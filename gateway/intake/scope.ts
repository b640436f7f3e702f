import type { Batch } from '../../core/api/batch.ts'
import { parseJobRef } from '../../core/model/job-ref.ts'
import { partOfOwner } from '../../core/model/parts.ts'
import type { GatewayToken } from '../config.ts'

/** Why a token does not cover a batch, as a sentence; undefined when it does. */
export function foreignTo(token: GatewayToken, batch: Batch): string | undefined {
  const { cluster, namespace } = token
  if (cluster === undefined && namespace === undefined) return undefined
  for (const subject of subjectsOf(batch)) {
    const ref = subject.job === undefined ? undefined : parseJobRef(subject.job)
    const own = ref?.cluster ?? subject.cluster
    if (cluster !== undefined && own !== undefined && own !== cluster) {
      return `The token ${JSON.stringify(token.name)} is for the cluster ${JSON.stringify(cluster)}; the batch tells of ${JSON.stringify(own)}.`
    }
    const ownNamespace = ref?.namespace ?? subject.namespace
    if (namespace !== undefined && ownNamespace !== undefined && ownNamespace !== namespace) {
      return `The token ${JSON.stringify(token.name)} is for the namespace ${JSON.stringify(namespace)}; the batch tells of ${JSON.stringify(ownNamespace)}.`
    }
  }
  return undefined
}

/** Whatever a token is bound to, a part may tell of itself. */
function isOfItself(owner: string, agent: string): boolean {
  const part = partOfOwner(owner)
  return part !== undefined && (agent === part.instance || agent.startsWith(`${part.instance}/`))
}

interface Owned {
  readonly job?: string
  readonly cluster?: string
  readonly namespace?: string
}

function subjectsOf(batch: Batch): readonly Owned[] {
  switch (batch.kind) {
    case 'samples':
      return batch.blocks.flatMap(({ subjects }): readonly Owned[] => subjects)
    case 'series':
      return batch.blocks.flatMap(({ cluster, series }) =>
        isOfItself(cluster, batch.agent) ? series : [{ cluster }, ...series],
      )
    case 'events':
      return batch.events
    case 'logs':
      return batch.blocks.flatMap(({ origin: { cluster, namespace, job } }) => [
        { cluster, namespace },
        ...(job === undefined ? [] : [{ job }]),
      ])
  }
}
