/** A buffer that grows, and the place in it where the next value goes. Little-endian, as ClickHouse's formats are. */
export class Page {
  #buffer: Buffer
  #end = 0

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafe(bytes)
  }

  /** Its length as LEB128 and its UTF-8 bytes. */
  text(value: string): void {
    if (value.length < SHORT_CHARACTERS) {
      this.#room(1 + 3 * value.length)
      const bytes = this.#buffer.write(value, this.#end + 1, 'utf8')
      this.#buffer[this.#end] = bytes
      this.#end += 1 + bytes
      return
    }
    const bytes = Buffer.byteLength(value)
    this.#room(bytes + 5)
    this.varint(bytes)
    this.#end += this.#buffer.write(value, this.#end, 'utf8')
  }

  /** LEB128 of a number below 2^31. */
  varint(value: number): void {
    this.#room(5)
    let left = value
    for (; left >= 0x80; left >>>= 7) this.#buffer[this.#end++] = (left & 0x7f) | 0x80
    this.#buffer[this.#end++] = left
  }

  uint32(value: number): void {
    this.#room(4)
    this.#end = this.#buffer.writeUInt32LE(value, this.#end)
  }

  int8(value: number): void {
    this.#room(1)
    this.#end = this.#buffer.writeInt8(value, this.#end)
  }

  uint64(value: bigint): void {
    this.#room(8)
    this.#end = this.#buffer.writeBigUInt64LE(value, this.#end)
  }

  /** A whole number from 0 to 2^53 in eight bytes, without the cost of a bigint. */
  count(value: number): void {
    this.#room(8)
    this.#buffer.writeUInt32LE(value % HALF, this.#end)
    this.#end = this.#buffer.writeUInt32LE(Math.floor(value / HALF), this.#end + 4)
  }

  int64(value: bigint): void {
    this.#room(8)
    this.#end = this.#buffer.writeBigInt64LE(value, this.#end)
  }

  float64(value: number): void {
    this.#room(9)
    this.#buffer[this.#end++] = 0
    this.#end = this.#buffer.writeDoubleLE(value, this.#end)
  }

  missing(): void {
    this.#room(1)
    this.#buffer[this.#end++] = 1
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.#end)
    this.#end += bytes.length
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end)
  }

  #room(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(2 * this.#buffer.length + bytes)
    this.#buffer.copy(grown, 0, 0, this.#end)
    this.#buffer = grown
  }
}

const HALF = 2 ** 32

/** Below it a text takes less than 128 bytes whatever it holds, so that its length is one byte. */
const SHORT_CHARACTERS = 43
