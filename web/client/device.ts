// A name for this browser, kept in it: its tabs are several sessions of one device.
const KEY = 'bellhop.device';

export function deviceName(): string {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept) return kept;
    const made = crypto.randomUUID();
    localStorage.setItem(KEY, made);
    return made;
  } catch {
    // No storage (private mode, a sandboxed frame, Node): a name for as long as the page lives.
    return globalThis.crypto?.randomUUID?.() ?? `device-${Date.now().toString(36)}`;
  }
}
