// Links from outside are http(s) or relative, or they are no links: `javascript:`, `data:` and the like give null.
export function safeUrl(url: string | null | undefined, base = globalThis.location?.href): string | null {
  if (!url) return null;
  try {
    const { protocol } = new URL(url, base);
    return protocol === 'https:' || protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}
