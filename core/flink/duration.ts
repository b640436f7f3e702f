const units: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, nano: 1e-6, nanos: 1e-6, nanosecond: 1e-6, nanoseconds: 1e-6 },
  ...{ µs: 1e-3, micro: 1e-3, micros: 1e-3, microsecond: 1e-3, microseconds: 1e-3 },
  ...{ ms: 1, milli: 1, millis: 1, millisecond: 1, milliseconds: 1 },
  ...{ s: 1000, sec: 1000, secs: 1000, second: 1000, seconds: 1000 },
  ...{ m: 60_000, min: 60_000, minute: 60_000, minutes: 60_000 },
  ...{ h: 3_600_000, hour: 3_600_000, hours: 3_600_000 },
  ...{ d: 86_400_000, day: 86_400_000, days: 86_400_000 },
}

/** `15 min`, `599 s`, `100` (ms), `PT5M` → ms; undefined for what Flink refuses (TimeUtils.parseDuration). */
export function parseFlinkDurationMs(text: string): number | undefined {
  const iso = /^\s*P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?\s*$/i.exec(text)
  if (iso?.slice(1).some((part) => part !== undefined)) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = iso.slice(1).map((p) => Number(p ?? 0))
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
  }
  const [, number, unit] = /^\s*(\d+)\s*([a-zµ]*)\s*$/i.exec(text) ?? []
  const factor = units[(unit || 'ms').toLowerCase()]
  return number === undefined || factor === undefined ? undefined : Number(number) * factor
}
