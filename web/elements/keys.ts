// The keys of the open bell, as mail programs have them. Nothing is taken from whoever writes or holds a modifier.

export type KeyAct = 'next' | 'previous' | 'dismiss' | 'read' | 'snooze' | 'why' | 'undo' | 'search' | 'help';

const ACTS: Record<string, KeyAct> = {
  j: 'next',
  ArrowDown: 'next',
  k: 'previous',
  ArrowUp: 'previous',
  e: 'dismiss',
  r: 'read',
  s: 'snooze',
  w: 'why',
  z: 'undo',
  '/': 'search',
  '?': 'help',
};

export function keyOf(event: KeyboardEvent, isWriting: boolean): KeyAct | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  const isArrow = event.key.startsWith('Arrow');
  if (isWriting && !isArrow) return null;
  return ACTS[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? null;
}
