import { processKey } from '../../core/model/samples.ts'
import { defineRule, grade, type Need } from '../engine/rule.ts'
import type { ProcessLoad } from '../signals/process.ts'
import { no, unknown } from './look-alikes.ts'
import { mebibytes, percent } from './words.ts'

/** A heap whose low points stay this near its limit cannot be emptied any more. */
const FULL = 0.9

/**
 * The mean of half a minute, unless the heap is full: then the JVM stops answering within seconds of
 * its first long collections, and the newest interval is all there is to see.
 */
function shareThatCounts(load: ProcessLoad & { readonly gcShare: number }): number {
  const full = (load.liveHeapBytes ?? 0) >= FULL * (load.heapMaxBytes ?? Number.POSITIVE_INFINITY)
  return full ? Math.max(load.gcShare, load.newestGcShare ?? 0) : load.gcShare
}

const process: Need<ProcessLoad & { readonly gcShare: number }> = {
  missing: 'garbage collection time of the TaskManagers (Prometheus reporter, or REST)',
  read(view, { subject }) {
    if (subject.kind !== 'taskmanager') return undefined
    const load = view.processes.find((p) => processKey(p.process) === processKey(subject.id))
    return load?.gcShare === undefined ? undefined : { ...load, gcShare: load.gcShare }
  },
}

export const gcPressure = defineRule({
  id: 'gc-pressure',
  title: 'The heap is too small for what lives in it',
  category: 'memory',
  scope: 'taskmanager',
  stage: 'stable',
  needs: { required: { process }, toldApartBy: {} },
  levels: {
    share: {
      major: 0.15,
      crit: 0.3,
      help: 'Share of wall time the JVM spends in garbage collections.',
    },
  },
  impact: { major: 2.5, crit: 3.5 },
  messages: {
    found:
      '{process} spends {share} of its time collecting garbage; {live} of {max} heap stay alive.',
    foundUnsized: '{process} spends {share} of its time collecting garbage.',
    heap: 'Give the TaskManagers more heap, or fewer slots; look for state or caches on the heap that grew.',
  },
  explains: [
    { rule: 'under-provisioned', where: 'host' },
    { rule: 'blocking-call', where: 'host' },
    { rule: 'slow-sink', where: 'host' },
    { rule: 'data-skew', where: 'host' },
    { rule: 'checkpoint-expired', where: 'job' },
    { rule: 'lag-growing', where: 'job' },
    { rule: 'overload', where: 'job' },
    { rule: 'watermark-behind', where: 'job' },
    { rule: 'heartbeat-timeout', where: 'host' },
    { rule: 'taskmanager-lost', where: 'host' },
    { rule: 'checkpoint-start-delay', where: 'job' },
    { rule: 'checkpoint-alignment', where: 'job' },
    { rule: 'checkpoint-back-to-back', where: 'job' },
    { rule: 'checkpoint-stalled', where: 'job' },
    { rule: 'unaligned-bloat', where: 'job' },
  ],
  opensAfter: 2,
  resolvesAfter: 3,

  evaluate({ process: load }, { share }, { name }) {
    const gcShare = shareThatCounts(load)
    const reached = grade(gcShare, share)
    if (!reached) return []
    const sized = load.liveHeapBytes !== undefined && load.heapMaxBytes !== undefined
    return [
      {
        severity: reached.severity,
        message: sized ? 'found' : 'foundUnsized',
        params: {
          process: name,
          share: percent(gcShare),
          live: mebibytes(load.liveHeapBytes ?? 0),
          max: mebibytes(load.heapMaxBytes ?? 0),
        },
        evidence: [
          {
            label: `time in collections, ${name}`,
            unit: 'ratio',
            observed: gcShare,
            limit: reached.limit,
            bad: 'above',
            series: { signal: 'gc', process: load.process },
          },
          ...(load.liveHeapBytes === undefined || load.heapMaxBytes === undefined
            ? []
            : [
                {
                  label: 'live heap ÷ heap limit',
                  unit: 'ratio' as const,
                  observed: load.liveHeapBytes / load.heapMaxBytes,
                  series: { signal: 'heap' as const, process: load.process },
                },
              ]),
        ],
        toldApart: [
          unknown(
            'cpu-throttled',
            'throttled periods are not measured: a starved collector also takes long',
          ),
          sized && (load.liveHeapBytes ?? 0) < 0.3 * (load.heapMaxBytes ?? 1)
            ? unknown('heap-leak', 'the live heap is small: garbage is made fast rather than kept')
            : no(
                'heap-full-but-calm',
                'a full heap alone is normal; the time in collections is not',
              ),
        ],
        suggestions: [{ message: 'heap', risk: 'restart' }],
        sureness: Math.min(1, 0.7 + 0.05 * load.samples),
      },
    ]
  },
})
