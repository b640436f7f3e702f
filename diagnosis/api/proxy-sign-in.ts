import { BlockList, isIPv6 } from 'node:net'
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { z } from 'zod'
import { problem } from '../../core/kit/http.ts'
import { glob } from '../alerts/match.ts'
import { type Caller, roles } from './caller.ts'

/**
 * A proxy before Weir signs people in and says in a header who they are. That is believed of the
 * addresses of the configuration alone: whoever else sends the header is refused, whatever token they have.
 */

const headerName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,99}$/, 'must be the name of a header, such as X-Forwarded-User')
  .transform((name) => name.toLowerCase())

const some = z.array(z.string().min(1).max(255)).min(1).max(200)

const grant = z
  .strictObject({
    users: some.optional().describe('Names as the proxy says them; * is any number of characters.'),
    groups: some.optional().describe('One of the groups that the proxy tells.'),
    role: z.enum(roles),
    clusters: some.optional().describe('Only jobs of these may be seen; * is anything.'),
    namespaces: some.optional().describe('And of these.'),
  })
  .refine(({ users, groups }) => users !== undefined || groups !== undefined, {
    error: 'must name users or groups; users: ["*"] is everybody whom the proxy lets in',
  })

export const proxySignInConfig = z.strictObject({
  from: z
    .array(
      z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'must be an address or 10.1.0.0/16'),
    )
    .min(1)
    .max(100)
    .describe('Addresses of the proxies, as Weir sees them connect.'),
  userHeader: headerName
    .prefault('X-Forwarded-User')
    .describe('Who is signed in. The proxy must set it itself and drop what clients send.'),
  groupsHeader: headerName.optional().describe('Their groups, with commas between.'),
  grants: z
    .array(grant)
    .min(1)
    .max(500)
    .describe('Asked in order: the first that matches says what somebody may do.'),
})
export type ProxySignIn = Readonly<z.output<typeof proxySignInConfig>>

/** Who the proxy says it is; `none` when it says nothing, and an answer to what cannot be believed. */
export type SignedIn = Caller | 'none' | Response

export function proxySignIn(config: ProxySignIn): (context: Context) => SignedIn {
  const { userHeader, groupsHeader, grants } = config
  const proxies = addresses(config.from)
  const own = groupsHeader === undefined ? [userHeader] : [userHeader, groupsHeader]
  return (context) => {
    const claimed = own.find((name) => context.req.header(name) !== undefined)
    if (claimed === undefined) return 'none'
    if (!proxies(peerOf(context))) {
      return refused('proxy', `The header ${claimed} is believed of the configured proxies alone.`)
    }
    const name = context.req.header(userHeader) ?? ''
    if (name === '') return 'none'
    // Two headers of one name arrive as one, joined by a comma: one of them is a client's own.
    if (!isName(name)) {
      return refused(
        'proxy',
        `The header ${userHeader} does not hold one name; its proxy must set it.`,
      )
    }
    const groups = groupsHeader === undefined ? [] : groupsIn(context.req.header(groupsHeader))
    const given = grants.find(
      (one) =>
        one.users?.some((pattern) => glob(pattern, name)) ||
        one.groups?.some((group) => groups.includes(group)),
    )
    if (!given) {
      return refused(
        'role',
        `"${name}" is signed in, but no grant of the configuration is for them.`,
      )
    }
    const { role, clusters, namespaces } = given
    return { name, role, clusters, namespaces, by: 'proxy' }
  }
}

const refused = (code: string, detail: string) => problem(403, { detail, code })

/** Up to 200 printable characters without a comma. */
const isName = (text: string) => /^[^\p{C},]{1,200}$/u.test(text)

const groupsIn = (header = '') =>
  header
    .split(',')
    .map((group) => group.trim())
    .filter((group) => group !== '')

/** Whether an address is among those of the configuration. */
function addresses(list: readonly string[]): (address: string | undefined) => boolean {
  const known = new BlockList()
  for (const one of list) {
    const [address = '', bits] = one.split('/')
    const family = familyOf(address)
    if (bits === undefined) known.addAddress(address, family)
    else known.addSubnet(address, Number(bits), family)
  }
  return (given) => {
    // A socket for both families writes 10.0.0.7 as ::ffff:10.0.0.7.
    const address = given?.replace(/^::ffff:(?=\d+\.)/i, '')
    return address !== undefined && known.check(address, familyOf(address))
  }
}

const familyOf = (address: string) => (isIPv6(address) ? 'ipv6' : 'ipv4')

/** The other end of the socket, whatever headers claim. */
function peerOf({ env }: Context): string | undefined {
  // What our server gives to each request; a request that came over no socket has none.
  const { incoming } = env as Partial<HttpBindings>
  return incoming?.socket.remoteAddress
}
