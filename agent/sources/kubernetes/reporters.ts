import { httpTransport } from '../../../core/flink/client/http.ts'
import type { Scope } from '../../../core/kit/scope.ts'
import type { FlinkEvent } from '../../../core/model/events.ts'
import type { PodEvent } from '../../../core/model/kubernetes.ts'
import { flinkPrometheus, type ScrapeOptions } from '../flink-prometheus.ts'
import { createJobNames } from '../job-names.ts'
import { type RunDeps, runSources } from '../run.ts'

/** Scrapes the reporters of the pods that are seen, each as long as its pod runs. */
export interface Reporters {
  follow(events: readonly FlinkEvent[]): void
}

/** How long a scrape that is under way may take to end when its pod has gone. */
const CLOSE_WITHIN_MS = 1_000

/**
 * An agent on each node learns from the pods of its node where reporters are, so that nobody has to list them.
 * A pod that restarts within its name gets a new address, and with it a new scrape.
 */
export function createReporters(
  port: number,
  options: ScrapeOptions,
  deps: RunDeps,
  scope: Scope,
): Reporters {
  const running = new Map<string, { readonly address: string; readonly stop: () => void }>()

  const stop = (uid: string) => {
    running.get(uid)?.stop()
    running.delete(uid)
  }
  const start = (pod: PodEvent, address: string) => {
    const own = scope.child(`reporter of ${pod.name}`)
    const transport = httpTransport(address, { clock: deps.clock })
    const names = createJobNames(pod.cluster, pod.namespace)
    const source = flinkPrometheus(pod.cluster, transport, names, deps.clock, options)
    runSources([source], deps, own)
    running.set(pod.uid, { address, stop: () => void own.close(CLOSE_WITHIN_MS) })
  }

  return {
    follow(events) {
      for (const event of events) {
        if (event.type !== 'pod') continue
        const address = addressOf(event, port)
        if (running.get(event.uid)?.address === address) continue
        stop(event.uid)
        if (address !== undefined) start(event, address)
      }
    },
  }
}

/** Undefined for a pod that has no reporter that could answer. */
function addressOf({ phase, ip, component }: PodEvent, port: number): string | undefined {
  if (phase !== 'Running' || ip === undefined || component === 'other') return undefined
  return `http://${ip.includes(':') ? `[${ip}]` : ip}:${port}`
}
