import { IntakeError, messageOf } from '../../core/kit/errors.ts'

/**
 * Reads a request's body and stops as soon as it is too long, whatever its headers promised.
 * @throws IntakeError 413 above `maxBytes`, 400 when the sender broke off
 */
export async function readBody(request: Request, maxBytes: number): Promise<Buffer> {
  const announced = Number(request.headers.get('content-length') ?? 0)
  if (announced > maxBytes) throw tooLong(maxBytes)
  const chunks: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const chunk of request.body ?? []) {
      bytes += chunk.byteLength
      if (bytes > maxBytes) throw tooLong(maxBytes)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof IntakeError) throw cause
    throw new IntakeError(`The body broke off after ${bytes} bytes: ${messageOf(cause)}.`, {
      status: 400,
      cause,
    })
  }
  return Buffer.concat(chunks)
}

function tooLong(maxBytes: number): IntakeError {
  return new IntakeError(`The body has more than the ${maxBytes} bytes that are taken. Split it.`, {
    status: 413,
    code: 'intake-too-large',
  })
}
