import { z } from 'zod'

const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'must be an address such as http://node-1:8476',
})

/** Where log services of nodes answer; only these addresses are ever asked. */
export const logNodeConfig = z
  .strictObject({
    url: httpUrl.describe('Address of a log service, or of a headless service in front of many.'),
    token: z.string().min(1).max(1_000).optional().describe('Token of its API.'),
    everyAddress: z
      .boolean()
      .default(false)
      .describe('The name stands for many nodes: each of its addresses is asked.'),
  })
  .refine(({ url, everyAddress }) => !everyAddress || url.startsWith('http:'), {
    path: ['everyAddress'],
    error: 'needs http: a certificate is for the name, not for its addresses',
  })

export type LogNodeConfig = Readonly<z.output<typeof logNodeConfig>>
