import type { Severity } from '../../core/model/finding.ts'
import type { Draft } from '../engine/rule.ts'
import { vertexOfException } from '../signals/failures.ts'
import { nameOf } from '../signals/load.ts'
import type { Failure } from '../signals/logged.ts'
import type { JobView } from '../signals/view.ts'
import { at } from './logged.ts'
import { aboutVertex } from './needs.ts'
import { firstLine, plural } from './words.ts'

/** What every finding about a fault that Flink tells in its own words has: how often, where, and the words. */
export function toldFault(
  view: JobView,
  job: string,
  thrown: readonly [Failure, ...Failure[]],
  { severity, limit }: { readonly severity: Severity; readonly limit: number },
): Pick<Draft, 'severity' | 'params' | 'evidence' | 'subject' | 'sureness'> {
  const [first] = thrown
  const id = vertexOfException(view.facts, first)
  const name = id === undefined ? job : nameOf(view.facts.topology, id)
  return {
    severity,
    params: {
      vertex: name,
      times: plural(thrown.length, 'time'),
      fault: `${first.root}: ${firstLine(first.message)}`,
    },
    ...(id !== undefined && { subject: aboutVertex(view, { id, name }) }),
    evidence: [
      {
        label: 'failures in 15 minutes',
        unit: 'count',
        observed: thrown.length,
        limit,
        bad: 'above',
      },
      {
        label: `first one${first.task ? `, in ${first.task}` : ''}`,
        unit: 'text',
        observed: `${first.root}: ${firstLine(first.message)}`,
        ...at(first.line),
      },
    ],
    sureness: 1,
  }
}
