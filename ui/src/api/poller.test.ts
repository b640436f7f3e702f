// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { poller } from './poller.ts'

test('what was asked before a change no longer counts, whenever it arrives', async () => {
  const answers: ((value: string) => void)[] = []
  const asked = poller<string>(() => new Promise((resolve) => answers.push(resolve)), 3_600_000)
  const stop = asked.start()
  const changed = asked.refresh()
  answers[1]?.('after the change')
  await changed
  answers[0]?.('before the change')
  await Promise.resolve()
  stop()
  expect(asked.state.value).toMatchObject({ state: 'ready', value: 'after the change' })
})
