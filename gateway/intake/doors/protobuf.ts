import protobuf from 'protobufjs'
import { IntakeError, messageOf } from '../../../core/kit/errors.ts'

/** Reads one kind of message from its bytes. */
export type ReadMessage<T> = (bytes: Uint8Array) => T

/**
 * Makes a reader of a message from the schema as its project publishes it, cut to what we read. 64-bit
 * numbers become doubles, as ours are times and counts, or texts where nanoseconds must be `exact`.
 * @throws (the reader) IntakeError 400 when the bytes are not such a message
 */
export function messageReader<T>(
  schema: string,
  name: string,
  { exact = false }: { readonly exact?: boolean } = {},
): ReadMessage<T> {
  const type = protobuf.parse(schema, { keepCase: true }).root.lookupType(name)
  return (bytes) => {
    try {
      const message = type.decode(bytes)
      // The schema is beside the type that the caller names; protobufjs knows no types of its own.
      return type.toObject(message, {
        longs: exact ? String : Number,
        arrays: true,
        bytes: Array,
      }) as T
    } catch (cause) {
      throw new IntakeError(`The body is no ${name}: ${messageOf(cause)}.`, { status: 400, cause })
    }
  }
}
