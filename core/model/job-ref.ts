/**
 * The name of a job as a person owns it: `cluster/namespace/name`, each part percent-encoded, so
 * that a job whose name holds slashes, markup or Chinese is still one path. A job survives
 * redeploys; one submission of it is a run (a Flink job id).
 */
export interface JobRef {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
}

/** The namespace of jobs that live outside Kubernetes. */
export const NO_NAMESPACE = '-'

export function formatJobRef(ref: JobRef): string {
  return [ref.cluster, ref.namespace, ref.name].map(encodeURIComponent).join('/')
}

/** Undefined when the text is not three non-empty, well-encoded parts. */
export function parseJobRef(text: string): JobRef | undefined {
  const parts = text.split('/')
  if (parts.length !== 3) return undefined
  try {
    const [cluster = '', namespace = '', name = ''] = parts.map(decodeURIComponent)
    if (cluster === '' || namespace === '' || name === '') return undefined
    return { cluster, namespace, name }
  } catch {
    return undefined
  }
}

/** A second live job of the same name gets the first eight digits of its job id: `name~1a2b3c4d`. */
export function disambiguate(name: string, run: string): string {
  return `${name}~${run.slice(0, 8)}`
}
