import { z } from 'zod'
import type {
  ContainerExit,
  ContainerResources,
  ContainerState,
  PodContainer,
  PodEvent,
} from '../../model/kubernetes.ts'
import { exitMeaning } from './exit-meaning.ts'
import { count, message, optionalText, present, short, timestamp } from './object.ts'
import { bytes, quantity } from './quantity.ts'

const Terminated = z.object({
  exitCode: z.number().int(),
  signal: z.number().int().nullish(),
  reason: optionalText,
  message: optionalText,
  startedAt: timestamp,
  finishedAt: timestamp,
  containerID: optionalText,
})

const State = z.object({
  waiting: z.object({ reason: optionalText, message: optionalText }).nullish(),
  running: z.object({ startedAt: timestamp }).nullish(),
  terminated: Terminated.nullish(),
})

/** ContainerStatus (core/v1). */
export const ContainerStatus = z.object({
  name: z.string(),
  restartCount: count,
  state: State.nullish(),
  lastState: State.nullish(),
})
type ContainerStatus = z.output<typeof ContainerStatus>

const Quantities = z.record(z.string(), z.union([z.string(), z.number()])).nullish()

/** Container (core/v1). Of the environment only what the pod sets from its own fields is looked at. */
export const Container = z.object({
  name: z.string(),
  image: z.string().default(''),
  command: z.array(z.string()).nullish(),
  args: z.array(z.string()).nullish(),
  env: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().nullish(),
        valueFrom: z.object({ fieldRef: z.object({ fieldPath: z.string() }).nullish() }).nullish(),
      }),
    )
    .nullish(),
  resources: z.object({ requests: Quantities, limits: Quantities }).nullish(),
})
type Container = z.output<typeof Container>

export function containerOf(
  container: Container,
  part: PodContainer['part'],
  status: ContainerStatus | undefined,
  component: PodEvent['component'],
): PodContainer {
  const before = status?.lastState?.terminated
  return {
    name: container.name,
    part,
    image: short(container.image),
    ...present({
      state: status?.state ? stateOf(status.state, component) : undefined,
      last: before ? exitOf(before, component) : undefined,
    }),
    restarts: status?.restartCount ?? 0,
    requests: resourcesOf(container.resources?.requests),
    limits: resourcesOf(container.resources?.limits),
  }
}

function stateOf(
  state: z.output<typeof State>,
  component: PodEvent['component'],
): ContainerState | undefined {
  if (state.terminated) return { kind: 'terminated', exit: exitOf(state.terminated, component) }
  if (state.running) return { kind: 'running', ...present(state.running) }
  if (!state.waiting) return undefined
  const { reason, message: text } = state.waiting
  return {
    kind: 'waiting',
    ...present({ reason: reason && short(reason), message: text && message(text) }),
  }
}

function exitOf(
  ended: z.output<typeof Terminated>,
  component: PodEvent['component'],
): ContainerExit {
  const { exitCode, containerID, startedAt, finishedAt } = ended
  const signal = ended.signal || undefined
  return {
    exitCode,
    ...present({
      // `containerd://64 hex digits`; a dozen tell the ends of one container apart.
      id: containerID?.split('//').at(-1)?.slice(0, 12) || undefined,
      signal,
      reason: ended.reason && short(ended.reason),
      message: ended.message && message(ended.message),
      startedAt,
      finishedAt,
    }),
    meaning: exitMeaning({ exitCode, component, ...present({ reason: ended.reason, signal }) }),
  }
}

function resourcesOf(quantities: z.output<typeof Quantities>): ContainerResources {
  const { cpu, memory } = quantities ?? {}
  return present({
    cpuCores: cpu === undefined ? undefined : quantity(String(cpu)),
    memoryBytes: memory === undefined ? undefined : bytes(String(memory)),
  })
}
