import { z } from 'zod'
import { isSecret } from '../../kit/redact.ts'

/** `GET /jobmanager/config` (ClusterConfigHandler): the effective configuration of the cluster. */
export const ConfigList = z.array(z.object({ key: z.string(), value: z.string() }))

/** As a map, with secrets masked: Flink masks some itself (`******`), the rest goes by our own list. */
export function configValues(list: z.output<typeof ConfigList>): Record<string, string> {
  return Object.fromEntries(
    list.map(({ key, value }) => [key, isSecret(key, value) ? '******' : value]),
  )
}
