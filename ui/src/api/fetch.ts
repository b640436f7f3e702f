/** An answer that is no success, with the sentence of its problem document. */
export class ApiError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Reads one path of the API; its body is what `core/api/public.ts` says of that path. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await fetch(path, {
    headers: { accept: 'application/json' },
    ...(signal ? { signal } : {}),
  })
  if (!response.ok) throw new ApiError(response.status, await problemOf(response))
  // The server's own tests hold the body to this type.
  return (await response.json()) as T
}

/**
 * Changes something. The API takes JSON from its own page alone, which the browser vouches for
 * (Sec-Fetch-Site): no other site can do this in the name of whoever looks at the page.
 */
export async function send<T>(method: 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
  const response = await fetch(path, {
    method,
    headers: {
      accept: 'application/json',
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  if (!response.ok) throw new ApiError(response.status, await problemOf(response))
  // As above.
  return (await response.json()) as T
}

async function problemOf(response: Response): Promise<string> {
  try {
    const { detail, title } = await response.json()
    return String(detail ?? title ?? response.status)
  } catch {
    return `HTTP ${response.status}`
  }
}
