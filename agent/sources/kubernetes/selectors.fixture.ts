import type { MadeObject } from '../../../core/flink/kubernetes/objects.fixture.ts'

/** What a request is about. */
export interface Asked {
  readonly plural: string
  readonly namespace: string | undefined
  /** With `labelSelector` and `fieldSelector`. */
  readonly query: URLSearchParams
}

export interface Change {
  readonly before: MadeObject | undefined
  readonly now: MadeObject
  readonly isGone: boolean
}

/** The word on a change for one who asked: to him an object that no longer fits his selectors is deleted. */
export function wordOn({ before, now, isGone }: Change, asked: Asked): string | undefined {
  const was = before !== undefined && isAskedFor(before, asked)
  if (!isGone && isAskedFor(now, asked)) return was ? 'MODIFIED' : 'ADDED'
  return was ? 'DELETED' : undefined
}

/** Whether an object is one of those that a request asks for, by its namespace and its two selectors. */
export function isAskedFor(object: MadeObject, { namespace, query }: Asked): boolean {
  return (
    (namespace === undefined || object.metadata.namespace === namespace) &&
    hasLabels(object, query.get('labelSelector') ?? '') &&
    hasFields(object, query.get('fieldSelector') ?? '')
  )
}

/** `key in (one,two)` and `key=value`, joined by commas. */
function hasLabels(object: MadeObject, selector: string): boolean {
  return [...selector.matchAll(/([^,=\s]+)\s*(?:=+\s*([^,\s]+)|in\s*\(([^)]*)\))/g)].every(
    ([, key = '', value, values = '']) => {
      const label = at(object, ['metadata', 'labels', key])
      return value === undefined
        ? values.split(',').some((one) => one.trim() === label)
        : label === value
    },
  )
}

/** `spec.nodeName=value`, joined by commas. */
function hasFields(object: MadeObject, selector: string): boolean {
  return selector
    .split(',')
    .filter((part) => part !== '')
    .every((part) => {
      const [path = '', value] = part.split('=')
      return at(object, path.split('.')) === value
    })
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    const entry = Object.entries(inner ?? {}).find(([name]) => name === key)
    return entry?.[1]
  }, value)
}
