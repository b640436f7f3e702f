import type { TaskMetric } from '../../model/metrics.ts'

/** Metrics that a series tells always or never; one of them that comes and goes is a flaw. */
const told: readonly TaskMetric[] = [
  ...(['busyMs', 'idleMs', 'backpressuredMs', 'recordsIn', 'recordsOut', 'watermarkAt'] as const),
  ...(['pendingRecords', 'lagRecords', 'lateRecords', 'sourceIdleMs', 'sourcePartitions'] as const),
  ...(['commitsSucceeded', 'commitsFailed', 'brokerConnections'] as const),
]

/** Which of them a row holds, a bit for each: one number to fold instead of a count of each. */
const held = told.map((name, bit) => `bitShiftLeft(toUInt32(isNotNull(${name})), ${bit})`)

/** Series by series: what needs the order of samples, and what does not. */
const series = `
  SELECT job, run, vertex, subtask, attempt, via,
    arraySort(groupArray((toUnixTimestamp64Milli(at), ifNull(busyMs, nan), ifNull(idleMs, nan),
      ifNull(backpressuredMs, nan), ifNull(recordsIn, nan), ifNull(recordsOut, nan), ifNull(watermarkAt, nan)))) AS m,
    length(m) AS n,
    groupBitOr(${held.join(' + ')} AS bits) AS everHeld,
    toUInt32(cityHash64(subtask, attempt, ifNull(min(sourcePartitions), 0), everHeld)) AS shape,
    (groupBitAnd(bits) != everHeld)
      + (ifNull(max(lateRecords) - min(lateRecords), 0) > 0)
      + (ifNull(max(commitsFailed) - min(commitsFailed), 0) > 0)
      + (ifNull(max(sourcePartitions) - min(sourcePartitions), 0) > 0) AS patchy,
    ifNull(max(pendingRecords), 0) AS pending,
    ifNull(max(lagRecords), 0) AS lag,
    ifNull(min(brokerConnections), -1) AS connections
  FROM task_samples
  WHERE job IN {jobs:Array(String)}
    AND at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
  GROUP BY job, run, vertex, subtask, attempt, via`

const steps = `
  SELECT job, run, vertex, via, shape, pending, lag, connections, n,
    m.1 AS ats, ats[1] AS beganAt, ats[n] AS endedAt, arrayPopFront(arrayDifference(ats)) AS dAt,
    m.2 AS busyMs, m.4 AS heldMs, arrayMap(x -> x.2 + x.3 + x.4, m) AS clock,
    m.5 AS taken, m.6 AS sent, m.7 AS marks,
    arrayDifference(clock) AS dClock, arrayPopFront(arrayDifference(sent)) AS dSent,
    clock[n] AS now, arrayCount(x -> isNaN(x), clock) AS silent,
    arrayReverse(arrayDistinct(clock)) AS readings,
    arrayFilter((x, i) -> now - x <= {farMs:Int64} AND (i <= {samples:UInt32} OR now - x <= {nearMs:Int64}),
      readings, arrayEnumerate(readings)) AS near,
    now - near[length(near)] AS spanMs,
    (busyMs[indexOf(clock, now)] - busyMs[indexOf(clock, near[length(near)])]) / spanMs AS load,
    silent = 0 AND (length(near) < {fewSamples:UInt32} OR (length(near) < {samples:UInt32} AND spanMs < {fewSpanMs:Int64})
      OR {to:Int64} - ats[indexOf(clock, now)] > {staleMs:Int64}) AS unmeasured,
    arrayCount(x -> x > 0 AND x < 8e15, marks) AS times, arrayCount(x -> x >= 8e15, marks) AS ends,
    isNaN(marks[n]) AS unmarked,
    patchy + (silent NOT IN (0, n)) + (silent = 0 AND clock[1] < {warmUpMs:Int64})
      + arrayExists(x -> x < 0, dClock) + arrayExists(x -> x < 0, dSent)
      + arrayExists(x -> x < 0, arrayDifference(taken)) + arrayExists(x -> x = 0, dAt)
      + (times NOT IN (0, n)) + (ends > 0) AS flaws,
    ats[n] - ats[arrayLastIndex(x -> x != taken[n], taken) + 1] AS inStood,
    ats[n] - ats[arrayLastIndex(x -> x != sent[n], sent) + 1] AS outStood,
    ats[n] - ats[arrayLastIndex(x -> x != marks[n], marks) + 1] AS markStood
  FROM (${series})`

/**
 * One row per vertex and source; columns in the order of `VertexPulse`. Loads are taken as
 * `diagnosis/signals/vectors.ts` takes them, whose constants are bound.
 */
export const taskQuery = `
  SELECT job, run, vertex, via, count(), groupBitXor(shape), sum(flaws), sum(unmeasured),
    sum(silent = 0 AND NOT unmeasured),
    max(beganAt), min(endedAt), max(if(n > 1, arrayMax(dAt), 0)),
    max(arrayMax(arrayMap((x, y) -> if(y > 0, x / y, 0), arrayDifference(heldMs), dClock))),
    max(arrayMax(arrayMap((x, y) -> if(y > 0, x / y, 0), arrayDifference(busyMs), dClock))),
    sum(if(silent = 0 AND NOT unmeasured, load, 0)), max(if(silent = 0 AND NOT unmeasured, load, 0)),
    minOrNullIf(inStood, NOT isNaN(taken[n])), minOrNullIf(outStood, NOT isNaN(sent[n])),
    sum(if(isNaN(sent[n]) OR n < 2, 0, 1000 * arrayMin(arrayMap((x, y) -> if(y > 0, x / y, 0), dSent, dAt)))),
    sum(pending), sum(lag),
    sum(times > 0), sum(times = 0 AND NOT unmarked),
    minIf(markStood, times > 0), maxIf(endedAt - marks[n], times > 0),
    max(connections)
  FROM (${steps})
  GROUP BY job, run, vertex, via`
