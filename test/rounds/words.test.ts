import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LogLine } from '../../core/model/logs.ts'
import { storeConfig, temporaryPath } from '../../core/store/config.ts'
import { migrate } from '../../core/store/migrate.ts'
import { openStore, type Store } from '../../core/store/open.ts'
import { writeLogs } from '../../core/store/write.ts'
import { storedFacts } from '../../diagnosis/facts/stored.ts'
import { chdbMissing } from '../store/chdb-missing.ts'

const NOW = Math.floor(Date.now() / 60_000) * 60_000
const job = 'lab/-/orders'

const line = (offset: number, over: Partial<LogLine>): LogLine => ({
  ...{ stream: 'file', offset, bytes: 10, at: NOW - 60_000 + offset, timed: 'line' },
  ...{ level: 'INFO', message: 'x', template: 'x', ...over },
})

describe.skipIf(chdbMissing)('the words of a pulse', () => {
  let store: Store
  let tokens = 0
  beforeAll(async () => {
    store = await openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath }))
    await migrate(store)
  })
  afterAll(() => store?.close())

  const wordsAfter = async (...lines: LogLine[]) => {
    const origin = {
      ...{ cluster: 'lab', namespace: '-', node: 'n1', pod: 'jm', attempt: 0, path: 'a.log' },
      file: 'f-jm',
    }
    if (lines.length > 0) await writeLogs(store, [{ origin, lines }], { token: `t${tokens++}` })
    const pulses = await storedFacts(store).pulses?.([job], NOW)
    return pulses?.get(job)?.words
  }

  test('change with a log that is followed for the first time and with each line of a fault, not with others', async () => {
    const none = await wordsAfter()
    const followed = await wordsAfter(line(1, {}))
    const moreOfIt = await wordsAfter(line(2, { signature: 'cp-completed' }))
    const faulty = await wordsAfter(line(3, { signature: 'oom-heap' }))
    const again = await wordsAfter(line(4, { exception: 'java.lang.IllegalStateException' }))
    expect(followed).not.toBe(none)
    expect(moreOfIt).toBe(followed)
    expect(new Set([followed, faulty, again]).size).toBe(3)
    expect(await wordsAfter()).toBe(again)
  })
})
