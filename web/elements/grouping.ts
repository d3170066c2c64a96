// The list by tickets: entries about one ticket are one row, at the place of the newest, until somebody opens it. Pure.
import type { Notification } from '../client/protocol';
import { isUnread } from './kinds';

export interface Row {
  key: string;
  /** What the row shows: of a group the newest. */
  entry: Notification;
  /** All that the row stands for, newest first. */
  members: Notification[];
  /** Of a group: whether its others are listed below. */
  isExpanded: boolean;
  /** Listed below its group. */
  isMember: boolean;
}

export function rowsOf(entries: Notification[], expanded: ReadonlySet<string>): Row[] {
  const byTicket = new Map<string, Notification[]>();
  for (const entry of entries) {
    if (!entry.ticket) continue;
    const group = byTicket.get(entry.ticket.id);
    if (group) group.push(entry);
    else byTicket.set(entry.ticket.id, [entry]);
  }
  return entries.flatMap((entry) => {
    const group = entry.ticket ? byTicket.get(entry.ticket.id)! : [entry];
    if (group.length === 1) return [row(entry, [entry])];
    if (group[0] !== entry) return [];
    const key = `ticket:${entry.ticket!.id}`;
    if (!expanded.has(key)) return [{ ...row(entry, group), key }];
    const others = group.slice(1).map((other) => ({ ...row(other, [other]), isMember: true }));
    return [{ ...row(entry, [entry]), key, members: group, isExpanded: true }, ...others];
  });
}

function row(entry: Notification, members: Notification[]): Row {
  return { key: entry.id, entry, members, isExpanded: false, isMember: false };
}

/** The entries that an act on the row is about: all of a closed group, else the one that is shown. */
export function meantBy({ entry, members, isExpanded }: Row): string[] {
  return isExpanded ? [entry.id] : members.map(({ id }) => id);
}

export function hasUnread({ entry, members, isExpanded }: Row): boolean {
  return isExpanded ? isUnread(entry) : members.some(isUnread);
}
