import { readFileSync } from 'node:fs'
import type { RequestOptions } from 'node:https'
import { join } from 'node:path'
import { ConfigError, messageOf } from '../../../core/kit/errors.ts'
import type { KubernetesConfig } from '../../config.ts'

/** Where an API server is, and how to be known to it. */
export interface Access {
  /** May have a path, as behind Rancher or another proxy. */
  readonly server: URL
  /** What a request needs besides its address. Asked for each one, as tokens change every hour. */
  options(): Promise<RequestOptions>
}

export type AccessConfig = Pick<
  KubernetesConfig,
  'server' | 'serviceAccount' | 'kubeconfig' | 'context'
>

/**
 * By a kubeconfig where one is named, else as the pod's service account.
 * @throws ConfigError when there is neither
 */
export async function openAccess(config: AccessConfig): Promise<Access> {
  if (config.kubeconfig !== undefined) return byKubeconfig(config.kubeconfig, config.context)
  const server = new URL(config.server)
  // `kubectl proxy` on loopback adds the credentials itself.
  if (server.protocol === 'http:') return { server, options: async () => ({}) }
  return byServiceAccount(server, config.serviceAccount)
}

/**
 * Users, tokens, plugins and proxies of a kubeconfig are the library's business. It is loaded only here: its
 * 80 MB of memory are more than the rest of an agent, which a pod that reads two files need not spend.
 */
async function byKubeconfig(file: string, context: string | undefined): Promise<Access> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const kubeconfig = new KubeConfig()
  try {
    kubeconfig.loadFromFile(file)
  } catch (cause) {
    throw new ConfigError(
      `agent.kubernetes.kubeconfig: ${file} cannot be read: ${messageOf(cause)}.`,
      { cause },
    )
  }
  if (context !== undefined) kubeconfig.setCurrentContext(context)
  const cluster = kubeconfig.getCurrentCluster()
  if (cluster === null)
    throw new ConfigError(
      `agent.kubernetes.kubeconfig: ${file} names no cluster for the context ${kubeconfig.getCurrentContext() || '(none)'}; set agent.kubernetes.context.`,
    )
  return {
    server: new URL(cluster.server),
    async options() {
      const options: RequestOptions = {}
      await kubeconfig.applyToHTTPSOptions(options)
      return options
    },
  }
}

/** The kubelet renews both files in place (projected volumes), so they are read for each request. */
function byServiceAccount(server: URL, folder: string): Access {
  const read = (): RequestOptions => ({
    ca: readFileSync(join(folder, 'ca.crt')),
    headers: { authorization: `Bearer ${readFileSync(join(folder, 'token'), 'utf8').trim()}` },
  })
  try {
    read()
  } catch (cause) {
    throw new ConfigError(
      `agent.kubernetes: no service account in ${folder} (${messageOf(cause)}); outside a pod set agent.kubernetes.kubeconfig.`,
      { cause },
    )
  }
  return { server, options: async () => read() }
}
