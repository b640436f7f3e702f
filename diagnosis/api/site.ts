import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/** Job names and log lines are hostile; a script that slips into the page must not run or call home. */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

/**
 * Serves the built page. Paths without a file are pages of the program itself (`/jobs/…`) and get
 * index.html; a file that is asked for by its extension and is not there is a 404.
 */
export function createSite(folder: string): Hono {
  const app = new Hono()
  app.use('*', compress(), etag())
  app.get('*', async (context) => {
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value)
    const path = pathOf(context.req.path)
    const file = path === undefined ? undefined : await read(folder, path)
    if (path !== undefined && file) {
      context.header('Content-Type', CONTENT_TYPES[extname(path)] ?? 'application/octet-stream')
      // Vite names what lies in assets/ by its content.
      const forever = path.startsWith('assets/')
      context.header('Cache-Control', forever ? 'public, max-age=31536000, immutable' : 'no-cache')
      return context.body(file)
    }
    if (path === undefined || !isPage(path)) {
      return context.text(`There is no file ${context.req.path}.`, 404)
    }
    const index = await read(folder, 'index.html')
    context.header('Cache-Control', 'no-cache')
    if (!index) {
      return context.text(
        `The page has not been built: there is no index.html in ${folder}. Run "npm run build", or use the API at /api/v1/jobs.`,
        503,
      )
    }
    context.header('Content-Type', 'text/html; charset=utf-8')
    return context.body(index)
  })
  return app
}

/** The path inside the folder, without a leading slash; undefined when it leads out or is malformed. */
function pathOf(requested: string): string | undefined {
  let decoded: string
  try {
    decoded = decodeURIComponent(requested)
  } catch {
    return undefined
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined
  const path = normalize(decoded.replace(/^\/+/, ''))
  if (path === '..' || path.startsWith(`..${sep}`)) return undefined
  return path === '.' || path === '' ? 'index.html' : path
}

/** A job may be named `orders.js`: below /jobs/ nothing is a file. */
function isPage(path: string): boolean {
  const isFile = extname(path) in CONTENT_TYPES && path !== 'index.html'
  return path.startsWith('jobs/') || !isFile
}

async function read(folder: string, path: string): Promise<ArrayBuffer | undefined> {
  try {
    const bytes = await readFile(join(folder, path))
    return new Uint8Array(bytes).buffer
  } catch {
    // Not there, or a folder: both mean that there is no such file.
    return undefined
  }
}
