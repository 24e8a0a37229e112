/** How long what was read is believed: an editor's process outlives changes of package.json. */
const lifetimeMillis = 5_000;
const read = new Map<string, { readonly value: unknown; readonly until: number }>();

export function remembered<Value>(key: string, find: () => Value): Value {
  const now = Date.now();
  const known = read.get(key);
  if (known && known.until > now) return known.value as Value;
  const value = find();
  read.set(key, { value, until: now + lifetimeMillis });
  return value;
}
