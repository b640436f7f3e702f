import type { HeadReader } from './head.ts'
import { jsonReader } from './json.ts'
import { readGcHead } from './jvm.ts'
import { patternReader } from './pattern.ts'
import { type Zone, zoneOf } from './zone.ts'

/**
 * What is recognised without configuration, as patterns whose fields may be padded on either side. The
 * first is Flink's default since 1.11, whose `%x` prints `[]` and which people change to `[%t]`.
 */
const knownPatterns = [
  '%d %-5p %-60c [%t] - %m',
  // Flink's logback.xml.
  '%d [%t] %-5p %-60c %x - %m',
  '%d [%t] %-5p %-60c - %m',
  '%d %-5p [%t] %-60c - %m',
  '%d %-5p [%t] %-60c: %m',
  '%d %-5p %-60c - %m',
  // Hadoop and HBase.
  '%d %-5p %-60c: %m',
  // Spring Boot.
  '%d %5p %pid --- [%t] %-40c : %m',
  // The Flink operator.
  '%d %-30c [%-5p] %m',
  // Kafka and ZooKeeper.
  '[%d] %-5p %m (%c)',
  '%d [%x] - %-5p [%t] - %m',
  // Python's logging, as people set it up.
  '%d - %c - %-5p - %m',
  '%d %c %-5p %m',
  // Dropwizard.
  '%-5p [%d] %-40c: %m',
  '%d [%-5p] %m',
  '%d %-5p %m',
  '[%d] [%-5p] %m',
  '[%d] %-5p %m',
  '%d: %m',
  '%d %m',
] as const

/**
 * Reads the beginning of an event in any known layout; the configured pattern comes first. What a line is
 * depends on nothing but the line, so that reading again from any place gives the same.
 */
export function headReader(pattern: string | undefined, zone: Zone): HeadReader {
  const configured = pattern === undefined ? undefined : patternReader(pattern, zone)
  const json = jsonReader(zone)
  const known = knownPatterns.map((text) => patternReader(text, zone))
  return (line, near) => {
    const fits = configured?.(line, near)
    if (fits !== undefined) return fits
    const first = line.charCodeAt(0)
    if (first === openBrace) return json(line, near)
    if (!mayBegin(line, first)) return undefined
    if (first === openBracket) {
      const gc = readGcHead(line)
      if (gc !== undefined) return gc
    }
    for (const read of known) {
      const head = read(line, near)
      if (head !== undefined) return head
    }
    return undefined
  }
}

const compiled = new Map<string, HeadReader>()

/**
 * The head reader for a pattern and an IANA zone. Files of one configuration share it, as a thousand of them
 * would else hold a thousand times the same.
 */
export function headReaderFor(pattern: string | undefined, zone: string): HeadReader {
  const key = `${zone}\n${pattern ?? ''}`
  const known = compiled.get(key)
  if (known !== undefined) return known
  const reader = headReader(pattern, zoneOf(zone))
  compiled.set(key, reader)
  return reader
}

const openBrace = 123
const openBracket = 91

/** Whether the first characters may be a year, a bracket or a level; most folded lines end here. */
function mayBegin(line: string, first: number): boolean {
  if (first === openBracket) return true
  if (first >= 48 && first <= 57) return line.charCodeAt(4) === 45 || line.charCodeAt(4) === 47
  return (
    first >= 65 &&
    first <= 90 &&
    line.charCodeAt(5) <= openBracket &&
    /^[A-Z]{4,5} {1,2}\[/.test(line)
  )
}
