import { expect, test } from 'vitest'
import { manualClock } from './clock.ts'
import { createScope } from './scope.ts'

const never = () => new Promise<void>(() => {})

test('a scope closes what was opened in it, newest first, after its signal', async () => {
  const scope = createScope()
  const seen: string[] = []
  scope.signal.addEventListener('abort', () => seen.push('signal'))
  scope.add('store', () => void seen.push('store'))
  scope.add('bus', async () => void seen.push('bus'))
  scope.add('api', () => void seen.push('api'))
  expect(await scope.close(1000)).toEqual([])
  expect(seen).toEqual(['signal', 'api', 'bus', 'store'])
})

test('one that hangs is named and takes at most half of the time from the others', async () => {
  const clock = manualClock(0)
  const scope = createScope('weir', clock)
  const closedAt: number[] = []
  scope.add('store', () => void closedAt.push(clock.now()))
  scope.add('bus', never)
  scope.add('api', never)
  const closing = scope.close(1000)
  await clock.advance(1000)
  expect(await closing).toEqual(['api', 'bus'])
  expect(closedAt).toEqual([750])
})

test('one that fails is named with its reason and does not stop the others', async () => {
  const scope = createScope()
  const seen: string[] = []
  scope.add('store', () => void seen.push('store'))
  scope.add('bus', () => {
    throw new Error('broker gone')
  })
  expect(await scope.close(1000)).toEqual(['bus (closing failed: broker gone)'])
  expect(seen).toEqual(['store'])
})

test('what was forgotten is not closed', async () => {
  const scope = createScope()
  const seen: string[] = []
  const forget = scope.add('connection', () => void seen.push('connection'))
  forget()
  await scope.close(1000)
  expect(seen).toEqual([])
})

test('what is added while or after closing is closed, too', async () => {
  const scope = createScope()
  const seen: string[] = []
  scope.add('first', () => void scope.add('during', () => void seen.push('during')))
  await scope.close(1000)
  scope.add('after', () => void seen.push('after'))
  expect(seen).toEqual(['during', 'after'])
})

test('closing twice is closing once', async () => {
  const scope = createScope()
  let times = 0
  scope.add('store', () => void times++)
  await Promise.all([scope.close(1000), scope.close(5)])
  expect(times).toBe(1)
})

test('a child closes with its parent and names its stragglers with a path', async () => {
  const clock = manualClock(0)
  const scope = createScope('weir', clock)
  const child = scope.child('agent')
  child.add('source', never)
  const closing = scope.close(100)
  await clock.advance(100)
  expect(child.signal.aborted).toBe(true)
  expect(await closing).toEqual(['agent/source'])
})

test('a child that closed by itself leaves its parent open', async () => {
  const scope = createScope()
  const child = scope.child('agent')
  let times = 0
  child.add('source', () => void times++)
  await child.close(100)
  expect({ times, parentAborted: scope.signal.aborted }).toEqual({ times: 1, parentAborted: false })
  expect(await scope.close(100)).toEqual([])
  expect(times).toBe(1)
})
