/** A running part of Weir: one process, or one of several in `weir up`. */
export interface PartRef {
  /** `agent`, `gateway`, `log-service`, `diagnosis`, or `up` for all of them in one process. */
  readonly part: string
  /** Its name among the parts of its kind: of an agent what its batches are signed with. */
  readonly instance: string
}

/** Never the name of a Flink cluster: those hold no slash. */
const PREFIX = 'weir/'

/** What the numbers of a part belong to in the store, as others belong to a job or a cluster. */
export const ownerOfPart = ({ part, instance }: PartRef): string => `${PREFIX}${part}/${instance}`

/** Undefined where the owner is a job or a cluster. */
export function partOfOwner(owner: string): PartRef | undefined {
  const [, part, instance] = /^weir\/([a-z-]+)\/(.+)$/.exec(owner) ?? []
  return part === undefined || instance === undefined ? undefined : { part, instance }
}

export const PARTS_PREFIX = PREFIX
