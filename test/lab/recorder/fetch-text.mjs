/** An answer as recordings hold it. No answer within 8 s is status 0: that is a signal too. */
export async function fetchText(url) {
  const started = Date.now()
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(8000) })
    const body = await response.text()
    return { status: response.status, body, ms: Date.now() - started }
  } catch (error) {
    return { status: 0, error: error.cause?.code ?? error.name, ms: Date.now() - started }
  }
}
