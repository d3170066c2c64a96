/** The hub serves this script, so its origin is the hub, whatever page the tag stands in; empty on the hub's own. */
export function scriptOrigin(): string {
  const { protocol, origin } = new URL(import.meta.url);
  return protocol.startsWith('http') && origin !== globalThis.location?.origin ? origin : '';
}
