import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, test } from 'vitest'
import { GateAnswer, Health } from '../../core/api/gate.ts'
import type { AlertDesk } from '../alerts/desk.ts'
import { createApi } from './app.ts'
import type { LogBook } from './log-book.ts'
import { description, objections } from './openapi.fixture.ts'
import { gateExamples, healthExample } from './openapi-examples.ts'
import { orders, world, worldDeps } from './world.fixture.ts'

describe('the description of the API', () => {
  test('is served, and is OpenAPI 3.1', async () => {
    const response = await world().get('/api/v1/openapi.json')
    const served: Record<string, unknown> = JSON.parse(await response.text())
    expect(served).toEqual(JSON.parse(JSON.stringify(description)))
    const validator = new Validator()
    expect(await validator.validate(structuredClone(served))).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  test('names every route that is served, and no other', () => {
    // Routes are only listed here, never asked: nobody answers behind these.
    const pipeline = () => Promise.reject(new Error('not asked'))
    const alerts = {} as AlertDesk
    const logs = {} as LogBook
    const { routes } = createApi({ ...worldDeps(), alerts, logs, pipeline })
    const served = routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/'))
      .map(({ method, path }) => `${method} ${path.replace(/\/$/, '')}`)
    const told = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map(
        (method) => `${method.toUpperCase()} /api/v1${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      ),
    )
    expect([...told].sort()).toEqual([...new Set(served)].sort())
  })

  test.each(Object.entries(gateExamples))(
    'its example of a gate that says %s is one',
    (word, one) => {
      expect(GateAnswer.parse(one)).toMatchObject({ answer: word })
    },
  )

  test('its example of health is one', () => {
    expect(Health.parse(healthExample)).toEqual(healthExample)
  })

  test('parameters are told as texts, with what a gate takes', () => {
    const { get } = description.paths['/jobs/{cluster}/{namespace}/{name}/gate'] ?? {}
    expect(get).toMatchObject({
      parameters: [
        { name: 'cluster', in: 'path', required: true },
        { name: 'namespace', in: 'path', required: true },
        { name: 'name', in: 'path', required: true },
        {
          name: 'minScore',
          in: 'query',
          required: false,
          schema: { type: 'string' },
        },
        { name: 'for', schema: { pattern: expect.stringContaining('(ms|s|m|h|d)') } },
        { name: 'coverage', description: expect.stringContaining('0.6 unless given') },
        { name: 'at', schema: { type: 'string' } },
        { name: 'baseline', schema: { enum: ['previous-run'] } },
        { name: 'policy', schema: { enum: ['wait', 'fail', 'pass'], default: 'wait' } },
        { name: 'status', schema: { enum: ['200'] } },
      ],
      responses: { 412: { content: { 'application/json': { examples: { fail: {} } } } } },
    })
  })
})

describe('an answer that is not as described', () => {
  const health = `/api/v1/jobs/${orders}/health`
  const answer = (body: unknown, status = 200) => Response.json(body, { status })

  test.each<[string, Response, string]>([
    ['a number out of range', answer({ ...healthExample, score: 11 }), '/score must be <= 10'],
    ['a field that nobody described', answer({ ...healthExample, x: 1 }), 'additionalProperty":"x'],
    ['a field that is missing', answer({ ...healthExample, links: {} }), "property 'job'"],
    ['plain text', new Response('fine'), '200 text/plain is not described'],
  ])('%s is noticed', async (_, response, objection) => {
    expect((await objections('GET', health, response)).join()).toContain(objection)
  })
})
