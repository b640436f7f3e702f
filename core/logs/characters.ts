export const space = 32

/** Kinds of characters: all else, digits, hexadecimal letters (bit 2), any letters (`_` and `$` too, bit 4). */
export const other = 0
export const digit = 1
export const hexLetter = 2
export const letter = 6

/** The kind of each UTF-16 code; signs of other scripts are letters. */
export const kinds = new Uint8Array(0x1_0000).fill(letter)
for (let code = 0; code < 128; code += 1) {
  const char = String.fromCharCode(code)
  kinds[code] = other
  if (/\d/.test(char)) kinds[code] = digit
  else if (/[a-fA-F]/.test(char)) kinds[code] = hexLetter
  else if (/[g-zG-Z_$]/.test(char)) kinds[code] = letter
}

/** Letters of names that Kubernetes draws by lot: no vowels, nothing that looks like another. */
export const drawn = new Uint8Array(0x1_0000)
for (const char of 'bcdfghjklmnpqrstvwxz2456789') drawn[char.charCodeAt(0)] = 1

/** Signs after which a value may begin, and those that end a path. */
export const opens = flagsOf('"\'([{<=:,|;>')
export const endsPath = flagsOf('"\'()[]{},;<>|')
export const beforeSign = flagsOf(' ([{=:,')

function flagsOf(chars: string): Uint8Array {
  const flags = new Uint8Array(0x1_0000)
  flags.fill(1, 0, space + 1)
  for (const char of chars) flags[char.charCodeAt(0)] = 1
  return flags
}
