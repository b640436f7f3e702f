import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { endless, failure, type Subject } from './subject.ts'

/** Results stream, end when nobody wants them any more, and do not stand in each other's way. */
export function resultContract({ client, rows, running }: Subject): void {
  test('a large result comes in many chunks and is complete', async () => {
    const query = "SELECT number, repeat('x', 100) AS s FROM numbers(1000000)"
    const result = await client().query({ query, format: 'JSONEachRow' })
    const chunks = { many: 0, rows: 0 }
    for await (const chunk of result.stream()) {
      chunks.many++
      chunks.rows += chunk.length
    }
    expect(chunks.rows).toBe(1_000_000)
    expect(chunks.many).toBeGreaterThan(8)
  })

  test('a reader may stop early, any number of times', async () => {
    for (let i = 0; i < 12; i++) {
      const query = 'SELECT number FROM numbers(1000000000)'
      const result = await client().query({ query, format: 'JSONEachRow' })
      if (i % 2) result.close()
      else for await (const _ of result.stream()) break
    }
    expect(await rows('SELECT 1 AS a')).toEqual([{ a: 1 }])
    await expect.poll(() => running('numbers(1000000000)'), { timeout: 5000 }).toEqual([])
  })

  test('an aborted query fails at once and stops in the engine', async () => {
    const leaving = new AbortController()
    const query = rows(`${endless} /* aborted */`, { abort_signal: leaving.signal })
    setTimeout(() => leaving.abort(), 200)
    expect(await failure(query)).toMatchObject({ message: 'The user aborted a request.' })
    await expect.poll(() => running('/* aborted */'), { timeout: 5000 }).toEqual([])
  })

  test('more statements than lanes all get their own answer', async () => {
    const query = 'SELECT {i:UInt8} AS i, count() AS n FROM numbers(1000000)'
    const numbers = Array.from({ length: 12 }, (_, i) => i)
    const answers = await Promise.all(numbers.map((i) => rows(query, { query_params: { i } })))
    expect(answers).toEqual(numbers.map((i) => [{ i, n: 1_000_000 }]))
  })

  test('a light query does not wait for a heavy one', async () => {
    const leaving = new AbortController()
    const heavy = failure(
      rows(`${endless} AND {k:UInt8} = 1`, {
        query_params: { k: 1 },
        abort_signal: leaving.signal,
      }),
    )
    await sleep(50)
    const answer = await rows('SELECT {a:UInt8} AS a', { query_params: { a: 1 } })
    leaving.abort()
    expect(answer).toEqual([{ a: 1 }])
    await heavy
  })

  test('a query keeps the id that it was given', async () => {
    const result = await client().query({ query: 'SELECT 1', query_id: 'q-77' })
    expect({ id: result.query_id, text: (await result.text()).length > 0 }).toEqual({
      id: 'q-77',
      text: true,
    })
  })

  test('the JSON format tells the columns and the number of rows', async () => {
    const result = await client().query({
      query: 'SELECT number FROM numbers(2)',
      format: 'JSON',
    })
    expect(await result.json()).toMatchObject({
      meta: [{ name: 'number', type: 'UInt64' }],
      data: [{ number: 0 }, { number: 1 }],
      rows: 2,
    })
  })

  test('exec answers in the format of its statement', async () => {
    const { stream } = await client().exec({
      query: 'SELECT number FROM numbers(3) FORMAT CSV',
    })
    expect(await text(stream)).toBe('0\n1\n2\n')
  })
}
