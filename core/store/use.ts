import type { Store } from './open.ts'
import { selectRows } from './rows.ts'
import type { Span } from './series.ts'

/** What the TaskManagers of a cluster used together, from the rollups of five minutes. Null was not measured. */
export interface ClusterUse {
  readonly cluster: string
  /** Windows of five minutes in which any of them was measured. */
  readonly windows: number
  readonly meanCores: number | null
  /** 95th percentiles over the windows. */
  readonly peakCores: number | null
  /** Limits of the containers; null where one has none. */
  readonly quotaCores: number | null
  readonly meanLiveHeapBytes: number | null
  readonly peakLiveHeapBytes: number | null
  readonly heapBytes: number | null
}

/** Readings farther apart than this lie on both sides of a gap. */
const LONGEST_STEP_MS = 900_000
/** Lows of the saw-tooth need some readings in a window. */
const LEAST_READINGS = 4

/**
 * By cluster. A window in which one of its TaskManagers is not measured says nothing of the sum, so it is left out.
 * Sources name processes each in their own way (`lab-1`, `lab_1`), and the one that saw more CPU counts.
 */
export function readUse(
  store: Store,
  question: Span & { readonly clusters: readonly string[] },
): Promise<ClusterUse[]> {
  return selectRows<ClusterUse>(
    store,
    `SELECT cluster, toUInt32(count()) AS windows,
            avg(cores) AS meanCores, quantileExact(0.95)(cores) AS peakCores,
            argMax(quota, w) AS quotaCores,
            avg(live) AS meanLiveHeapBytes, quantileExact(0.95)(live) AS peakLiveHeapBytes,
            argMax(heap, w) AS heapBytes
     FROM (
       SELECT cluster, w,
              if(count(cpu) = count(), sum(cpu), NULL) AS cores,
              if(count(limited) = count(), sum(limited), NULL) AS quota,
              if(count(low) = count(), sum(low), NULL) AS live,
              if(count(most) = count(), sum(most), NULL) AS heap
       FROM (
         SELECT cluster, w, key, max(limit) AS limited, max(lowest) AS low, max(heap) AS most,
                maxIf(jvm / ms, ms BETWEEN 1 AND {longest:UInt32} AND jvm >= 0) AS ofJvm,
                maxIf(container / ms, ms BETWEEN 1 AND {longest:UInt32} AND container >= 0) AS ofContainer,
                coalesce(greatest(ofJvm, ofContainer), ofJvm, ofContainer) AS cpu
         FROM (
           SELECT cluster, window AS w, replaceRegexpAll(process, '[^a-zA-Z0-9:_]', '_') AS key,
                  toUnixTimestamp64Milli(s.at) - lagInFrame(toNullable(toUnixTimestamp64Milli(s.at))) OVER own AS ms,
                  cpuMs - lagInFrame(cpuMs) OVER own AS jvm,
                  cgroupCpuMs - lagInFrame(cgroupCpuMs) OVER own AS container,
                  cpuQuotaCores AS limit, heapMaxBytes AS heap,
                  if(heapUsedBytesCount >= {least:UInt32}, heapUsedBytesMin, NULL) AS lowest
           FROM (
             SELECT cluster, process, via, window, at, cpuMs, cgroupCpuMs, cpuQuotaCores, heapMaxBytes,
                    heapUsedBytesMin, heapUsedBytesCount
             FROM process_five_minutes FINAL
             WHERE cluster IN {clusters:Array(String)} AND process != 'jobmanager'
               AND window BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
           ) AS s
           WINDOW own AS (PARTITION BY cluster, process, via ORDER BY window
                          ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
         )
         GROUP BY cluster, w, key
       )
       GROUP BY cluster, w
     )
     GROUP BY cluster ORDER BY cluster`,
    { ...question, longest: LONGEST_STEP_MS, least: LEAST_READINGS },
  )
}
