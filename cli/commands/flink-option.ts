import { UsageError } from '../../core/kit/errors.ts'

export interface FlinkAddress {
  readonly name?: string
  readonly url: string
}

/**
 * `[name=]URL` of `--flink`. A bare host:port is taken as http.
 * @throws UsageError when it is no address
 */
export function parseFlink(text: string): FlinkAddress {
  const [, name, address = ''] = /^(?:([^=/:?]+)=)?(.+)$/s.exec(text) ?? []
  const url = /^https?:\/\//.test(address) ? address : `http://${address}`
  if (!URL.canParse(url) || new URL(url).hostname === '') {
    throw new UsageError(
      `"${text}" is no address of a JobManager; write http://host:8081 or name=http://host:8081.`,
    )
  }
  return name === undefined ? { url } : { name, url }
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
