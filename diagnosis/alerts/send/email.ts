import { createHash } from 'node:crypto'
import { createTransport } from 'nodemailer'
import type { Notice } from '../notice.ts'
import type { TargetOf } from '../targets-config.ts'
import type { Outcome, SendNotice } from './outcome.ts'
import { paragraphs, plainText, titleOf } from './words.ts'

/** Mail by SMTP. The message id makes repeats recognisable; the group is the thread. */
export function emailSender(config: TargetOf<'email'>, pageUrl: string | undefined): SendNotice {
  const { host, port, security, username, password, from, to, timeoutMs } = config
  return async (notice, at, signal) => {
    const transport = createTransport({
      ...{ host, port },
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(username === undefined ? {} : { auth: { user: username, pass: password ?? '' } }),
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // Nothing in a message may make the mailer read a file or an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    const stop = () => transport.close()
    signal.addEventListener('abort', stop, { once: true })
    try {
      const { accepted, rejected } = await transport.sendMail(mailOf(notice, at, pageUrl, from, to))
      if (rejected.length === 0) return { kind: 'delivered', detail: 'The mail server took it.' }
      const all = accepted.length + rejected.length
      return { kind: 'delivered', detail: `Taken for ${accepted.length} of ${all} addresses.` }
    } catch (error) {
      signal.throwIfAborted()
      return mailFailure(error)
    } finally {
      signal.removeEventListener('abort', stop)
      transport.close()
    }
  }
}

function mailOf(
  notice: Notice,
  at: number,
  pageUrl: string | undefined,
  from: string,
  to: readonly string[],
) {
  const domain = from.slice(from.lastIndexOf('@') + 1)
  const { route, group } = notice
  const thread = createHash('sha256')
    .update(JSON.stringify([route, group]))
    .digest('hex')
  return {
    from: { name: 'Weir', address: from },
    to: [...to],
    subject: plainText.plain(titleOf(notice)),
    text: `${paragraphs(notice, pageUrl, plainText).join('\n\n')}\n`,
    date: new Date(at),
    messageId: `<${notice.id}@${domain}>`,
    references: [`<weir-${thread.slice(0, 32)}@${domain}>`],
    headers: {
      'X-Weir-Status': notice.status,
      'Auto-Submitted': 'auto-generated',
    },
  }
}

/** SMTP's own numbers: 5xx is for good, 4xx is for now. The server's text may name users and is left out. */
function mailFailure(error: unknown): Outcome {
  const fact = (name: string): unknown =>
    error instanceof Error && name in error ? Reflect.get(error, name) : undefined
  const answered = Number(fact('responseCode') ?? 0)
  if (answered >= 500) return { kind: 'refused', detail: `The mail server answered ${answered}.` }
  if (answered >= 400) return { kind: 'failed', detail: `The mail server answered ${answered}.` }
  const code = String(fact('code') ?? 'no code')
  const words: Readonly<Record<string, string>> = {
    ESOCKET: 'the connection was refused or cut',
    ECONNECTION: 'the connection was refused or cut',
    ETIMEDOUT: 'no answer in time',
    EDNS: 'the host name is not known',
    ETLS: 'it does not offer TLS as it should',
    EAUTH: 'it did not let us in',
  }
  return { kind: 'failed', detail: `The mail server cannot be used: ${words[code] ?? code}.` }
}
