// Settings as somebody edits them: what they changed, what others changed meanwhile, and the merge patch (RFC 7396) that
// carries the one over the other. Pure.
//
// Two people who change different settings do not disturb each other: only what was changed is sent. Lists of names
// (rules that are off) are merged name by name. Where both changed the same thing to different values, that is a conflict,
// and a person decides.
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Settings = { [name: string]: Json };
export type Path = string[];

export interface Change {
  path: Path;
  before: Json | undefined;
  after: Json | undefined;
}

export interface Conflict {
  path: Path;
  mine: Json | undefined;
  theirs: Json | undefined;
}

/** Objects that are replaced as a whole. */
const WHOLE = new Set(['quiet_hours', 'email_types']);

export function valueAt(settings: Json | undefined, path: Path): Json | undefined {
  let value: Json | undefined = settings;
  for (const name of path) {
    if (!isObject(value)) return undefined;
    value = Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

/** The same with another value there; undefined takes it out. */
export function withValue(settings: Settings, path: Path, value: Json | undefined): Settings {
  const [name, ...rest] = path;
  if (name === undefined) return settings;
  const copy = { ...settings };
  if (rest.length > 0) {
    const inner = isObject(copy[name]) ? copy[name] : {};
    copy[name] = withValue(inner, rest, value);
  } else if (value === undefined) {
    delete copy[name];
  } else {
    copy[name] = value;
  }
  return copy;
}

/** Every value that differs, by its path. */
export function changesBetween(before: Settings, after: Settings, at: Path = []): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    const path = [...at, name];
    if (isSame(old, now)) return [];
    if (!WHOLE.has(name) && (isObject(old) || isObject(now)) && isBranch(old) && isBranch(now)) {
      return changesBetween(old ?? {}, now ?? {}, path);
    }
    return [{ path, before: old, after: now }];
  });
}

/** What to send: null for what is taken out. */
export function patchOf(changes: Change[]): Settings {
  return changes.reduce<Settings>((patch, { path, after }) => withValue(patch, path, after ?? null), {});
}

export interface Rebased {
  /** What is stored now with my changes over it; where there is a conflict, mine. */
  draft: Settings;
  conflicts: Conflict[];
}

/** My changes of `base` carried over to what is stored now. */
export function rebase(base: Settings, draft: Settings, stored: Settings): Rebased {
  const conflicts: Conflict[] = [];
  let next = stored;
  for (const { path, before, after } of changesBetween(base, draft)) {
    const theirs = valueAt(stored, path);
    // A list that somebody took away as a whole (null) is not one with nothing in it.
    if (after !== null && isNames(before ?? []) && isNames(after ?? []) && isNames(theirs ?? [])) {
      next = withValue(next, path, mergedNames(before, after, theirs));
      continue;
    }
    if (!isSame(theirs, before) && !isSame(theirs, after)) conflicts.push({ path, mine: after, theirs });
    next = withValue(next, path, after);
  }
  return { draft: next, conflicts };
}

/** What I put in or took out, done to their list. */
function mergedNames(before: Json | undefined, after: Json | undefined, theirs: Json | undefined): Json[] {
  const [old, mine, stored] = [names(before), names(after), names(theirs)];
  const removed = new Set(old.filter((name) => !mine.includes(name)));
  const added = mine.filter((name) => !old.includes(name) && !stored.includes(name));
  return [...stored.filter((name) => !removed.has(name)), ...added];
}

/** This list names what is on; the others name what is off. */
const typesWords = (types: Json | undefined) =>
  Array.isArray(types) ? names(types).join(', ') || 'none' : 'all';

/** A change in words: "on → off", "put in …". */
export function changeWords({ path, before, after }: Change): string {
  if (path.at(-1) === 'email_types') return `${typesWords(before)} → ${typesWords(after)}`;
  if (
    Array.isArray(before ?? []) &&
    Array.isArray(after ?? []) &&
    isNames(before ?? []) &&
    isNames(after ?? [])
  ) {
    const [old, now] = [names(before), names(after)];
    const added = now.filter((name) => !old.includes(name));
    const removed = old.filter((name) => !now.includes(name));
    return [
      ...(added.length ? [`switched off: ${added.join(', ')}`] : []),
      ...(removed.length ? [`switched on: ${removed.join(', ')}`] : []),
    ].join('; ');
  }
  return `${valueWords(before)} → ${valueWords(after)}`;
}

export function valueWords(value: Json | undefined): string {
  if (value === undefined || value === null) return 'as shipped';
  if (value === true) return 'on';
  if (value === false) return 'off';
  if (typeof value === 'object')
    return Array.isArray(value) ? value.map(valueWords).join(', ') || 'none' : 'changed';
  return String(value);
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return stable(a) === stable(b);
}

/** The same text for the same value, in whatever order its members stand. */
function stable(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${stable(value[name])}`).join(',')}}`;
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isBranch(value: Json | undefined): value is { [name: string]: Json } | undefined {
  return value === undefined || isObject(value);
}

function isNames(value: Json): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

function names(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [];
}
