/**
 * What a fact is about. `job` is the formatted JobRef (`cluster/namespace/name`), `run` the Flink
 * job id, `vertex` the JobVertexID (32 hex digits), `id` of a TaskManager its ResourceID.
 */
export type Subject =
  | { readonly kind: 'cluster'; readonly cluster: string }
  | { readonly kind: 'job'; readonly job: string; readonly run: string }
  | { readonly kind: 'vertex'; readonly job: string; readonly run: string; readonly vertex: string }
  | SubtaskSubject
  | { readonly kind: 'taskmanager'; readonly cluster: string; readonly id: string }
  | { readonly kind: 'jobmanager'; readonly cluster: string }
  | SharedSubject

export interface SubtaskSubject {
  readonly kind: 'subtask'
  readonly job: string
  readonly run: string
  readonly vertex: string
  readonly subtask: number
  readonly attempt: number
}

/** What jobs of several clusters may share: a Kubernetes node, a store of checkpoints, brokers, an image. */
export interface SharedSubject {
  readonly kind: 'shared'
  readonly what: 'node' | 'store' | 'broker' | 'image'
  readonly name: string
}

export type SubjectKind = Subject['kind']

/** One stable string per subject. A run is left out on purpose: a finding survives a redeploy. */
export function subjectKey(subject: Subject): string {
  switch (subject.kind) {
    case 'cluster':
      return `cluster:${subject.cluster}`
    case 'job':
      return `job:${subject.job}`
    case 'vertex':
      return `vertex:${subject.job}:${subject.vertex}`
    case 'subtask':
      return `subtask:${subject.job}:${subject.vertex}:${subject.subtask}`
    case 'taskmanager':
      return `taskmanager:${subject.cluster}:${subject.id}`
    case 'jobmanager':
      return `jobmanager:${subject.cluster}`
    case 'shared':
      return `${subject.what}:${subject.name}`
  }
}
