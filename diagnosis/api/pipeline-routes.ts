import { Hono } from 'hono'
import type { PipelinePage } from '../../core/api/pipeline.ts'
import { wholeScope } from './guard.ts'

/** `GET /api/v1/pipeline`: Weir's own health; of nobody's jobs, so only who may see all sees it. */
export function pipelineRoutes(look: () => Promise<PipelinePage>): Hono {
  const app = new Hono()
  app.get('/', wholeScope, async (context) => context.json(await look()))
  return app
}
