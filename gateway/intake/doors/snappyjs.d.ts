declare module 'snappyjs' {
  /** @throws when it is no snappy block, or would unpack to more than `maxLength` bytes */
  export function uncompress(packed: Uint8Array, maxLength?: number): Uint8Array
  export function compress(bytes: Uint8Array): Uint8Array
}
