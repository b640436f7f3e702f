/** What stands under a key, made when nothing does yet: lists in maps in maps, without a text for a key. */
export function inner<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
