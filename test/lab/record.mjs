// Records a scenario: runs it on a cluster started for it and writes down everything Weir could
// see. The format is that of the labelled recordings (see README.md).
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { LAB } from './layout.mjs'
import { openEntries, sanitise } from './recorder/entries.mjs'
import { watchRest } from './recorder/flink-rest.mjs'
import { header } from './recorder/header.mjs'
import { followJob } from './recorder/job-history.mjs'
import { watchKafka } from './recorder/kafka-offsets.mjs'
import { followLogs } from './recorder/logs.mjs'
import { readProcesses, watchExits } from './recorder/operating-system.mjs'
import { scrape } from './recorder/prometheus.mjs'
import { runScenario } from './scenario-run.mjs'
import { scenario } from './scenarios/index.mjs'

const SCRAPE_MS = 5_000
const REST_MS = 10_000
const LOG_MS = 500
const DEEP_LOOK_MS = 60_000

/** Returns the file written. */
export async function recordScenario(id, { line, out, say = () => undefined, signal } = {}) {
  scenario(id)
  const file = path.resolve(out ?? path.join(LAB, 'recordings', `${id}.ndjson.gz`))
  const bodyFile = path.join(LAB, `${id}.body.gz`)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.mkdirSync(LAB, { recursive: true })
  const entries = openEntries(bodyFile)
  const recorder = observer(entries, say)
  try {
    await runScenario(id, { line, say, signal, fresh: true, observer: recorder })
    await recorder.finish()
    const first = `${JSON.stringify(recorder.header())}\n`
    const head = await promisify(gzip)(sanitise(first), { level: 9 })
    // Two gzip members in a row are one gzip file.
    fs.writeFileSync(file, Buffer.concat([head, fs.readFileSync(bodyFile)]))
  } finally {
    await recorder.finish()
    fs.rmSync(bodyFile, { force: true })
  }
  return file
}

function observer(entries, say) {
  const timers = []
  const stops = []
  const background = []
  const phases = []
  let run
  let rest
  let history
  let readLogs = () => undefined
  let finished = false

  const put = (entry) => {
    entries.put(entry)
    history?.observe(entry)
  }
  /** Calls `work` now and every `ms`, never twice at a time. */
  const every = (ms, work) => {
    let busy = false
    const once = async () => {
      if (busy) return
      busy = true
      await Promise.resolve(work()).catch((error) => say(`  recorder: ${error.message}`))
      busy = false
    }
    void once()
    timers.push(setInterval(() => void once(), ms))
  }

  return {
    up(line, { kafka }) {
      readLogs = followLogs(line, kafka !== undefined, put)
    },
    async begun(begunRun) {
      run = begunRun
      const { line, jobId, definition } = run
      history = followJob(jobId)
      rest = watchRest(line, jobId, put)
      stops.push(watchExits(line, put))
      if (definition.kafka) {
        const kafka = await watchKafka(line, definition.kafka.topics, put)
        stops.push(kafka.stop)
        every(REST_MS, kafka.poll)
      }
    },
    entered({ name, truth, deep }) {
      phases.push({ name, from: Date.now(), truth })
      put({ src: 'phase', name })
      if (phases.length === 1) {
        every(LOG_MS, async () => readLogs())
        every(SCRAPE_MS, () => {
          readProcesses(run.line, put)
          return scrape(run.line, put)
        })
        every(REST_MS, rest.poll)
      }
      if (deep) timers.push(setTimeout(() => background.push(rest.deepLook()), DEEP_LOOK_MS))
    },
    action: (what) => put({ src: 'action', what }),
    async leaving() {
      await scrape(run.line, put)
      await rest.poll()
      phases.at(-1).to = Date.now()
    },
    async ending() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(background)
    },
    async finish() {
      if (finished) return
      finished = true
      readLogs()
      for (const stop of stops) await stop()
      await entries.close()
    },
    header: () => header(run, phases, history, { scrapeMs: SCRAPE_MS, restMs: REST_MS }),
  }
}
