import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { IntakeError } from './errors.ts'

const inflate = promisify(gunzip)

/**
 * Unpacks what a sender packed, off the main thread.
 * @throws IntakeError 413 when it would unpack to more than `maxBytes` (a bomb costs no more memory than
 * that), 400 when it is not gzip or is cut short
 */
export async function gunzipWithin(packed: Uint8Array, maxBytes: number): Promise<Buffer> {
  try {
    return await inflate(packed, { maxOutputLength: maxBytes })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') {
      throw new IntakeError(`The body unpacks to more than the ${maxBytes} bytes that are taken.`, {
        status: 413,
        code: 'intake-too-large',
        cause,
      })
    }
    throw new IntakeError('The body is announced as gzip but cannot be unpacked.', {
      status: 400,
      cause,
    })
  }
}
