import { expect, test } from 'vitest'
import { type ContainerExit, exitsOf, type PodContainer } from './kubernetes.ts'

const exit = (over: Partial<ContainerExit>): ContainerExit => ({
  ...{ exitCode: 137, meaning: 'killed' },
  ...over,
})
const container = (name: string, over: Partial<PodContainer>): PodContainer => ({
  ...{ name, part: 'app', image: 'i', restarts: 0, requests: {}, limits: {} },
  ...over,
})

test('the ends of a pod’s containers are known by the runtime’s id, else by their time', () => {
  const first = exit({ id: 'c1', finishedAt: 1 })
  const second = exit({ finishedAt: 2 })
  const lost = exit({})
  expect(
    exitsOf({
      uid: 'u',
      containers: [
        container('main', { last: first, state: { kind: 'terminated', exit: second } }),
        container('beside', { last: lost, state: { kind: 'running' } }),
        container('new', {}),
      ],
    }),
  ).toEqual([
    { key: 'u/main/c1', container: 'main', exit: first },
    { key: 'u/main/2', container: 'main', exit: second },
    { key: 'u/beside/', container: 'beside', exit: lost },
  ])
})
