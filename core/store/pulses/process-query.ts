import type { ProcessMetric } from '../../model/metrics.ts'

/** Lows of the heap are grouped by three, and the newest three groups compared. */
const GROUP = 3

const told: readonly ProcessMetric[] = [
  'cpuMs',
  'heapUsedBytes',
  'heapMaxBytes',
  'gcMs',
  'gcCount',
  'cpuPeriods',
  'throttledPeriods',
  'oomKills',
  'threads',
]

const held = told.map((name, bit) => `bitShiftLeft(toUInt32(isNotNull(${name})), ${bit})`)

const series = `
  SELECT cluster, process, via,
    arraySort(groupArray((toUnixTimestamp64Milli(at), ifNull(cpuMs, nan), ifNull(heapUsedBytes, nan),
      ifNull(gcMs, nan), ifNull(gcCount, nan), ifNull(cpuPeriods, nan), ifNull(throttledPeriods, nan),
      ifNull(heapMaxBytes, nan)))) AS m,
    length(m) AS n,
    ifNull(max(threads) - min(threads), 0) AS threadsApart,
    groupBitOr(${held.join(' + ')} AS bits) AS everHeld,
    toUInt32(cityHash64(process, via, everHeld)) AS shape,
    (groupBitAnd(bits) != everHeld)
      + (ifNull(min(up), 1) < 1) + (ifNull(max(oomKills) - min(oomKills), 0) > 0) AS patchy
  FROM process_samples
  WHERE cluster IN {clusters:Array(String)}
    AND at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
  GROUP BY cluster, process, via`

const steps = `
  SELECT cluster, process, via, shape, n, threadsApart,
    m.1 AS ats, m.2 AS cpu, m.3 AS heap, m.4 AS gc, m.5 AS collections, m.6 AS periods, m.7 AS throttled,
    m.8[n] AS limit,
    arrayPopFront(arrayDifference(ats)) AS dAt,
    arrayFirstIndex(x -> ats[n] - x <= {processMs:Int64}, ats) AS k,
    (gc[n] - gc[k]) / (ats[n] - ats[k]) AS share,
    NOT (isNaN(cpu[n]) AND isNaN(heap[n])) AS tells,
    tells AND (k = n OR {to:Int64} - ats[n] > {processStaleMs:Int64})
      OR NOT isNaN(periods[n]) AND arrayCount(x -> {to:Int64} - x <= {throttledMs:Int64}, ats) < 2 AS unmeasured,
    arrayFilter((x, d, i) -> i > 1 AND d > 0, heap, arrayDifference(collections), arrayEnumerate(ats)) AS lows,
    arraySlice(lows, -${3 * GROUP}) AS newest,
    arrayMin(arraySlice(newest, 1, ${GROUP})) AS low1,
    arrayMin(arraySlice(newest, ${GROUP + 1}, ${GROUP})) AS low2,
    arrayMin(arraySlice(newest, ${2 * GROUP + 1}, ${GROUP})) AS low3,
    patchy + (n < 2) + arrayExists(x -> x < 0, arrayDifference(cpu)) + arrayExists(x -> x < 0, arrayDifference(gc))
      + arrayExists(x -> x < 0, arrayDifference(collections)) + arrayExists(x -> x < 0, arrayDifference(periods))
      + arrayExists(x -> x < 0, arrayDifference(throttled)) + arrayExists(x -> x = 0, dAt) AS flaws
  FROM (${series})`

/**
 * One row per process and source; columns in the order of `ProcessPulse`. Loads are taken as
 * `diagnosis/signals/process.ts` takes them, whose constants are bound.
 */
export const processQuery = `
  SELECT cluster, process, via, shape, flaws, unmeasured, ats[1], ats[n], if(n > 1, arrayMax(dAt), 0),
    if(isNaN(gc[n]) OR n < 2, 0,
      arrayMax(arrayMap((x, y) -> if(y > 0, x / y, 0), arrayPopFront(arrayDifference(gc)), dAt))),
    if(isNaN(periods[n]) OR isNaN(throttled[n]), 0,
      arrayMax(arrayMap((x, y) -> if(y > 0, x / y, 0), arrayDifference(throttled), arrayDifference(periods)))),
    length(lows), arrayMax(lows), low1, low2, low3, limit, share, threadsApart
  FROM (${steps})`
