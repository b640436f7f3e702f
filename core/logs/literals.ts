/** A set of literals that is looked for in one pass. */
export interface Literals {
  /**
   * Calls `found` with the index of each literal that ends at `end` (exclusive), in order of `end`; ASCII
   * letters of either case are the same. One table look-up per character, whatever the text holds.
   */
  scan(text: string, found: (literal: number, end: number) => void): void
}

/** Compiles literals (ASCII, not empty) into an Aho–Corasick automaton. */
export function compileLiterals(literals: readonly string[]): Literals {
  const folded = literals.map(foldAscii)
  const classes = classesOf(folded)
  const trie = buildTrie(folded, classes)
  return automatonOf(trie, classes)
}

/** ASCII letters in lower case, all else as it is: what ClickHouse's `lower` does too. */
export function foldAscii(text: string): string {
  if (!/[\u0080-\uffff]/.test(text)) return text.toLowerCase()
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

interface Classes {
  /** Class of each ASCII code; 0 for what is in no literal. */
  readonly byCode: Uint8Array
  readonly count: number
}

interface TrieNode {
  readonly children: Map<number, TrieNode>
  readonly ends: number[]
  fail: TrieNode | undefined
  state: number
}

function classesOf(literals: readonly string[]): Classes {
  const byCode = new Uint8Array(128)
  let count = 1
  for (const literal of literals) {
    for (const char of literal) {
      const code = char.charCodeAt(0)
      if (code > 127) throw new Error(`the literal '${literal}' is not ASCII`)
      if (byCode[code] === 0) {
        byCode[code] = count
        byCode[char.toUpperCase().charCodeAt(0)] = count
        count += 1
      }
    }
  }
  return { byCode, count }
}

function buildTrie(literals: readonly string[], { byCode }: Classes): TrieNode {
  const root = emptyNode()
  literals.forEach((literal, index) => {
    let node = root
    for (let i = 0; i < literal.length; i += 1) {
      const letter = byCode[literal.charCodeAt(i)] ?? 0
      let child = node.children.get(letter)
      if (child === undefined) {
        child = emptyNode()
        node.children.set(letter, child)
      }
      node = child
    }
    node.ends.push(index)
  })
  return root
}

function emptyNode(): TrieNode {
  return { children: new Map(), ends: [], fail: undefined, state: 0 }
}

/** Nodes in order of depth, each with its longest proper suffix that is a node too. */
function linkFailures(root: TrieNode): readonly TrieNode[] {
  const nodes: TrieNode[] = [root]
  for (const node of nodes) {
    for (const [letter, child] of node.children) {
      let fail = node.fail
      while (fail !== undefined && !fail.children.has(letter)) fail = fail.fail
      child.fail = fail?.children.get(letter) ?? root
      child.ends.push(...child.fail.ends)
      nodes.push(child)
    }
  }
  return nodes
}

function automatonOf(root: TrieNode, { byCode, count }: Classes): Literals {
  const nodes = linkFailures(root)
  // Accepting states stand last, so that one comparison tells them.
  const ordered = [
    ...nodes.filter((node) => node.ends.length === 0),
    ...nodes.filter((node) => node.ends.length > 0),
  ]
  ordered.forEach((node, index) => {
    node.state = index * count
  })
  const firstAccepting = nodes.filter((node) => node.ends.length === 0).length * count
  const next = new Int32Array(ordered.length * count)
  for (const node of nodes) {
    for (let letter = 1; letter < count; letter += 1) {
      const child = node.children.get(letter)
      const onFailure = node.fail === undefined ? root.state : (next[node.fail.state + letter] ?? 0)
      next[node.state + letter] = child === undefined ? onFailure : child.state
    }
  }
  const ends = ordered.map((node) => node.ends)
  return {
    scan(text, found) {
      let state = 0
      for (let i = 0; i < text.length; i += 1) {
        const code = text.charCodeAt(i)
        state = next[state + (code < 128 ? (byCode[code] as number) : 0)] as number // The tables are full.
        if (state >= firstAccepting) {
          for (const literal of ends[state / count] ?? []) found(literal, i + 1)
        }
      }
    },
  }
}
