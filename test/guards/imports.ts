import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** One import of one file, both relative to the repository. */
export interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

/** Which folder may import which; the longest prefix that fits a file speaks for it. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'core/model': ['core/model'],
  'core/api': ['core/api', 'core/model'],
  'core/flink': ['core/flink', 'core/model', 'core/kit'],
  'core/logs': ['core/logs', 'core/model', 'core/kit'],
  // One redactor for what others write and for what we do.
  'core/kit': ['core/kit', 'core/logs/redact.ts'],
  'core/bus': ['core/bus', 'core/kit', 'core/model'],
  'core/ship': ['core/ship', 'core/kit', 'core/model', 'core/api'],
  'core/store': ['core/store', 'core/kit', 'core/logs', 'core/model', 'core/api'],
  agent: ['agent', 'core'],
  gateway: ['gateway', 'core'],
  'log-service': ['log-service', 'core'],
  operations: ['operations', 'core'],
  diagnosis: ['diagnosis', 'core'],
  'diagnosis/signals': ['diagnosis/signals', 'core/model', 'core/logs/first-fault.ts'],
  'diagnosis/rules': [
    'diagnosis/rules',
    'diagnosis/engine/rule.ts',
    'diagnosis/signals',
    'core/model',
    'core/flink/memory',
  ],
  'diagnosis/engine': [
    'diagnosis/engine',
    'diagnosis/rules',
    'diagnosis/signals',
    'diagnosis/score',
    'diagnosis/tuning',
    'core/model',
  ],
  'diagnosis/score': [
    'diagnosis/score',
    'diagnosis/engine/rule.ts',
    'diagnosis/engine/diagnosis.ts',
    'diagnosis/signals',
    'core/model',
  ],
  'diagnosis/tuning': [
    'diagnosis/tuning',
    'diagnosis/signals',
    'core/model',
    'core/flink/memory',
    'core/flink/duration.ts',
    'core/api/what-if.ts',
  ],
  cli: ['cli', 'core', 'agent', 'gateway', 'log-service', 'diagnosis', 'operations'],
  ui: ['ui'],
  bench: ['bench', 'core', 'agent', 'gateway', 'log-service', 'diagnosis', 'operations', 'cli'],
  test: [
    'test',
    'bench/fleet.ts',
    'bench/tuning',
    'core',
    'agent',
    'gateway',
    'log-service',
    'diagnosis',
    'operations',
    'cli',
  ],
}

/** The page may know the types of the API, and nothing that runs on a server. */
const uiTypes = ['core/api', 'core/model']

/** What is wrong with an import, as a sentence; undefined when it may be. */
export function objection({ from, to, typeOnly }: Import): string | undefined {
  const home = longestPrefix(from, Object.keys(allowed))
  if (home === undefined) return `${from} lies in a folder that the guard does not know.`
  if (home === 'ui' && typeOnly && longestPrefix(to, uiTypes)) return undefined
  if (longestPrefix(to, allowed[home] ?? [])) return undefined
  // What several suites need stands under test/; the product never imports it.
  if (/\.test\.tsx?$/.test(from) && longestPrefix(to, ['test'])) return undefined
  return `${from} imports ${to}: ${home} may import ${allowed[home]?.join(', ')} only.`
}

function longestPrefix(path: string, prefixes: readonly string[]): string | undefined {
  return prefixes
    .filter((prefix) => path === prefix || path.startsWith(`${prefix}/`))
    .sort((a, b) => b.length - a.length)[0]
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s+)?(?:[^'"]*?\sfrom\s+)?['"](\.[^'"]+)['"]|import\(\s*['"](\.[^'"]+)['"]\s*\)/gm

/** Every relative import of the source files below these folders. */
export function importsBelow(root: string, folders: readonly string[]): readonly Import[] {
  return folders
    .flatMap((folder) => filesBelow(join(root, folder)))
    .flatMap((file) => importsOf(root, file))
}

export function importsOf(
  root: string,
  file: string,
  text = readFileSync(file, 'utf8'),
): readonly Import[] {
  return [...text.matchAll(IMPORT)].flatMap((match) => {
    const target = match[2] ?? match[3]
    if (target === undefined || /\.(css|sql|json)$/.test(target)) return []
    return [
      {
        from: relative(root, file),
        to: relative(root, resolve(dirname(file), target)),
        typeOnly: match[1] !== undefined,
      },
    ]
  })
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (name === 'node_modules' || name === 'lab') return []
    if (statSync(path).isDirectory()) return filesBelow(path)
    return /\.tsx?$/.test(name) ? [path] : []
  })
}
