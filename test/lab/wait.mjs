export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Calls `test` until it returns something true; what it throws on the way means "not yet". */
export async function until(what, ms, test, every = 250) {
  const end = Date.now() + ms
  let last
  for (;;) {
    try {
      const value = await test()
      if (value) return value
    } catch (error) {
      last = error
    }
    if (Date.now() > end) {
      throw new Error(`timed out after ${ms} ms: ${what}`, { cause: last })
    }
    await sleep(every)
  }
}
