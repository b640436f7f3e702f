const inWindow =
  'at BETWEEN fromUnixTimestamp64Milli({from:Int64}) AND fromUnixTimestamp64Milli({to:Int64})'

/** One row per run; columns in the order of `RunPulse`. Sources tell different numbers at different moments. */
export const runQuery = `
  SELECT job, run, groupBitXor(shape), max(lastAt), min(fewest), max(most), sum(troubles)
  FROM (
    SELECT job, run, via, toUnixTimestamp64Milli(max(at)) AS lastAt,
      toUInt32(cityHash64(via, count(tasksRunning) > 0, count(restarts) > 0, count(checkpointsCompleted) > 0,
        count(checkpointsFailed) > 0, count(checkpointsInProgress) > 0)) AS shape,
      ifNull(min(tasksRunning), 1e9) AS fewest, ifNull(max(tasksTotal), 0) AS most,
      ifNull(max(restarts) - min(restarts), 0) + ifNull(max(rescales) - min(rescales), 0)
        + ifNull(max(checkpointsFailed) - min(checkpointsFailed), 0) AS troubles
    FROM job_samples
    WHERE job IN {jobs:Array(String)} AND ${inWindow}
    GROUP BY job, run, via
  ) GROUP BY job, run`

/** One row per run; columns in the order of `CheckpointPulse`. */
export const checkpointQuery = `
  SELECT job, run, countIf(state = 'failed'), countIf(savepoint), countIf(done),
    maxIf(triggeredAt + tookMs, done), maxIf(tookMs, done),
    maxIf(arrayMax(tasks.1), done), maxIf(arrayMax(tasks.2), done),
    arraySort(groupUniqArrayIf((triggeredAt, bytes), done)), maxIf(inFlight, done),
    arraySort(groupUniqArray(triggeredAt)) AS triggers,
    if(length(triggers) < 2, NULL, arrayMin(arrayPopFront(arrayDifference(triggers))))
  FROM (
    SELECT job, run, JSONExtractString(body, 'state') AS state, JSONExtractBool(body, 'savepoint') AS savepoint,
      state = 'completed' AND NOT savepoint AS done,
      JSONExtractFloat(body, 'triggeredAt') AS triggeredAt, JSONExtractFloat(body, 'endToEndMs') AS tookMs,
      JSONExtractFloat(body, 'stateBytes') AS bytes, JSONExtractFloat(body, 'inFlightBytes') AS inFlight,
      JSONExtract(body, 'tasks', 'Array(Tuple(syncMs Float64, asyncMs Float64))') AS tasks
    FROM events
    WHERE cluster IN {clusters:Array(String)} AND job IN {jobs:Array(String)} AND type = 'checkpoint' AND ${inWindow}
  ) GROUP BY job, run`

/** One row per job, and one per cluster under no job: a number that changes with any word of the last hour. */
export const wordQuery = `
  SELECT cluster, job, toString(cityHash64(arraySort(groupUniqArray(cityHash64(type, run, about, at)))))
  FROM events
  WHERE cluster IN {clusters:Array(String)} AND job IN {jobs:Array(String)} AND type IN {types:Array(String)}
    AND at BETWEEN fromUnixTimestamp64Milli({since:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
  GROUP BY cluster, job`

/**
 * One row per owner of logs: a number that changes with every line that tells of a fault, and with every file
 * that lines come from.
 */
export const lineQuery = `
  SELECT owner, toString(sumWithOverflow(told))
  FROM (
    SELECT owner, cityHash64(file, logs.offset) AS told FROM logs
    WHERE owner IN {owners:Array(String)}
      AND at BETWEEN fromUnixTimestamp64Milli({linesSince:Int64}) AND fromUnixTimestamp64Milli({to:Int64})
      AND (exception != '' OR signature IN {signatures:Array(String)})
    UNION ALL
    SELECT owner, cityHash64(file) AS told FROM (
      SELECT owner, file, max(log_files.lastAt) AS newest FROM log_files
      WHERE owner IN {owners:Array(String)} GROUP BY owner, file)
    WHERE newest >= fromUnixTimestamp64Milli({linesSince:Int64})
  ) GROUP BY owner`
