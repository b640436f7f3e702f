import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { type Judged, judgeRecording } from './judge.ts'
import { pageOf } from './page.ts'
import { summaryOf } from './summary.ts'
import { causesOf, confusionOf, sentencesOf, tableOf } from './table.ts'

/** `npm run accuracy -- [FOLDER] [--json] [--page FILE]`: judges every recording of a folder with a labels.json. */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, page: { type: 'string' } },
})
const folder = positionals[0] ?? join('test', 'recordings')
const judged: Judged[] = []
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith('.ndjson.gz'))
  .sort())
  judged.push(await judgeRecording(join(folder, file), join(folder, 'labels.json')))
const summary = summaryOf(judged)

if (values.page !== undefined) writeFileSync(values.page, pageOf(judged, summary))
if (values.json) {
  for (const one of judged) process.stdout.write(`${JSON.stringify(one)}\n`)
  const { macroF1, causes, ...rest } = summary
  process.stdout.write(`${JSON.stringify({ ...rest, causes })}\n${JSON.stringify({ macroF1 })}\n`)
} else {
  const parts = [tableOf(judged), causesOf(summary), confusionOf(judged), sentencesOf(summary)]
  process.stdout.write(`${parts.filter((part) => part !== '').join('\n\n')}\n`)
}
