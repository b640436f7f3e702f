import {
  type ConfigurationOptions,
  CustomObjectsApi,
  KubeConfig,
  PatchStrategy,
  setHeaderMiddleware,
} from '@kubernetes/client-node'
import { z } from 'zod'
import { ConfigError, messageOf, SourceError } from '../../core/kit/errors.ts'
import type { KubernetesAccess } from './kubernetes-access.ts'

/** FlinkDeployments of a Kubernetes cluster. @throws (both) SourceError when the API server does not do what it should */
export interface Deployments {
  /** The object as it stands; undefined where there is none. */
  get(namespace: string, name: string, signal: AbortSignal): Promise<unknown>
  /** A JSON merge patch. `conflict`: somebody changed it since the resource version that the patch names. */
  patch(
    namespace: string,
    name: string,
    patch: object,
    signal: AbortSignal,
  ): Promise<'done' | 'conflict'>
}

const KIND = { group: 'flink.apache.org', version: 'v1beta1', plural: 'flinkdeployments' } as const
const WITHIN_MS = 15_000

/** @throws ConfigError when there is no such kubeconfig, and no service account either */
export function deploymentsOf({ kubeconfig, context }: KubernetesAccess): Deployments {
  const config = new KubeConfig()
  try {
    if (kubeconfig === undefined) config.loadFromCluster()
    else config.loadFromFile(kubeconfig)
  } catch (cause) {
    throw new ConfigError(`operations.kubernetes: no access: ${messageOf(cause)}.`, { cause })
  }
  if (context !== undefined) config.setCurrentContext(context)
  const cluster = config.getCurrentCluster()
  if (cluster === null) {
    throw new ConfigError(
      `operations.kubernetes: ${kubeconfig ?? 'the service account'} names no cluster for the context ${config.getCurrentContext() || '(none)'}; set operations.kubernetes.context.`,
    )
  }
  const api = config.makeApiClient(CustomObjectsApi)
  return {
    async get(namespace, name, signal) {
      try {
        const found: unknown = await api.getNamespacedCustomObject(
          { ...KIND, namespace, name },
          options(signal, 'application/json'),
        )
        return found
      } catch (error) {
        if (codeOf(error) === 404) return undefined
        throw troubleOf(
          error,
          signal,
          `reading FlinkDeployment ${namespace}/${name}`,
          cluster.server,
        )
      }
    },
    async patch(namespace, name, body, signal) {
      try {
        await api.patchNamespacedCustomObject(
          { ...KIND, namespace, name, body, fieldManager: 'weir-operations' },
          options(signal, PatchStrategy.MergePatch),
        )
        return 'done'
      } catch (error) {
        if (codeOf(error) === 409) return 'conflict'
        throw troubleOf(
          error,
          signal,
          `patching FlinkDeployment ${namespace}/${name}`,
          cluster.server,
        )
      }
    },
  }
}

/** The library has no parameter for a signal, but its requests do. */
function options(signal: AbortSignal, contentType: string): ConfigurationOptions {
  const header = setHeaderMiddleware('Content-Type', contentType)
  return {
    middleware: [
      {
        pre: (request) => {
          request.setSignal(AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]))
          return header.pre(request)
        },
        post: (response) => header.post(response),
      },
    ],
    middlewareMergeStrategy: 'append',
  }
}

/** ApiException carries the status of HTTP as `code`. */
function codeOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'number' ? code : undefined
}

const Refused = z.object({ message: z.string() })

function troubleOf(error: unknown, signal: AbortSignal, doing: string, server: string): unknown {
  if (signal.aborted) return signal.reason
  const code = codeOf(error)
  if (code === undefined) {
    return new SourceError(`${server} does not answer while ${doing}: ${messageOf(error)}.`, {
      ...{ code: 'source-unreachable', retriable: true },
    })
  }
  const said = Refused.safeParse(error instanceof Error && 'body' in error && bodyOf(error.body))
  const why = said.success ? said.data.message : `status ${code}`
  const hint =
    code === 403 ? ' Its role needs get and patch of flinkdeployments (flink.apache.org).' : ''
  return new SourceError(`${server} refused ${doing}: ${why}.${hint}`, {
    code: code === 401 || code === 403 ? 'source-access' : 'source-status',
    retriable: code >= 500 || code === 429,
  })
}

function bodyOf(body: unknown): unknown {
  if (typeof body !== 'string') return body
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
