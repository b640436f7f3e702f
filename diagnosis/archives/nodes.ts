import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { LogNodeConfig } from './config.ts'

/** One log service to ask. */
export interface LogNode {
  /** As people are told of it. */
  readonly name: string
  readonly url: URL
  readonly token?: string
}

/** Beyond it a name stands for more than one question should reach. */
const MOST_NODES = 1_000

/** The log services that are configured, names that stand for many nodes looked up anew each time. */
export async function logNodes(configured: readonly LogNodeConfig[]): Promise<readonly LogNode[]> {
  const each = await Promise.all(configured.map(nodesOf))
  return each.flat().slice(0, MOST_NODES)
}

async function nodesOf({ url, token, everyAddress }: LogNodeConfig): Promise<readonly LogNode[]> {
  const base = new URL(url)
  const node = { name: base.host, url: base, ...(token !== undefined && { token }) }
  if (!everyAddress || isIP(base.hostname) !== 0) return [node]
  // A name that is not known is said when it is asked.
  const addresses = await lookup(base.hostname, { all: true }).catch(() => [])
  if (addresses.length === 0) return [node]
  return addresses.map(({ address, family }) => {
    const own = new URL(base)
    own.hostname = family === 6 ? `[${address}]` : address
    return { ...node, name: own.host, url: own }
  })
}
