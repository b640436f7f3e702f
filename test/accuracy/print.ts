import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { judgeRecording } from './judge.ts'
import { tableOf } from './table.ts'

/** `npm run accuracy -- FOLDER`: the table over every recording of a folder with a labels.json. */
const folder = process.argv[2] ?? join('test', 'recordings')
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.ndjson.gz'))
  .sort()
const judged = []
for (const file of files)
  judged.push(await judgeRecording(join(folder, file), join(folder, 'labels.json')))
process.stdout.write(`${tableOf(judged)}\n`)
const nameable = judged.filter(({ wanted }) => wanted.length > 0)
process.stdout.write(
  `${nameable.filter(({ found }) => found).length} of ${nameable.length} sick recordings named, ${judged.filter(({ falseFindings }) => falseFindings.length > 0).length} of ${judged.length} with a false finding\n`,
)
