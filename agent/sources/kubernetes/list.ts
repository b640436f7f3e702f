import { z } from 'zod'
import { SourceError } from '../../../core/kit/errors.ts'
import type { KubernetesApi, Params } from './api.ts'

const PAGE = '500'

const Page = z.object({
  metadata: z.object({
    resourceVersion: z.string().min(1),
    continue: z.string().nullish(),
  }),
  // Go writes an empty list as null.
  items: z.array(z.unknown()).nullish(),
})

/** All objects of a kind at one version, page by page. */
export async function listObjects(
  api: KubernetesApi,
  { path, params }: { readonly path: string; readonly params: Params },
  /** At least this version, from the server's cache; '' for the newest, which asks etcd. */
  from: string,
  signal: AbortSignal,
): Promise<{ readonly items: readonly unknown[]; readonly version: string }> {
  const items: unknown[] = []
  const notOlder =
    from === '' ? {} : { resourceVersion: from, resourceVersionMatch: 'NotOlderThan' }
  // A page that follows is of the version of the first one, and must not name another.
  let query: Params = { ...params, ...notOlder, limit: PAGE }
  for (;;) {
    const { data, error } = Page.safeParse(await api.get(path, query, signal))
    if (!data)
      throw new SourceError(`${path} is no list of Kubernetes: ${z.prettifyError(error)}.`, {
        code: 'source-unreadable',
        retriable: true,
      })
    items.push(...(data.items ?? []))
    const { continue: next, resourceVersion: version } = data.metadata
    if (!next) return { items, version }
    query = { ...params, limit: PAGE, continue: next }
  }
}
