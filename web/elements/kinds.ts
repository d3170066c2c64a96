// How a notification's type and reason look and read: icon and tint by type, a few words by reason.
import type { Notification } from '../client/protocol';
import { icons, type Icon } from './icons';
import { t } from './words';

export type Tint = 'indigo' | 'violet' | 'blue' | 'red' | 'amber' | 'green' | 'gray';

export interface Kind {
  icon: Icon;
  tint: Tint;
  label: string;
}

const KINDS: Record<string, Kind> = {
  assignment: { icon: icons.assignment, tint: 'indigo', label: 'Assignment' },
  mention: { icon: icons.mention, tint: 'violet', label: 'Mention' },
  reaction: { icon: icons.reaction, tint: 'blue', label: 'Reaction' },
  escalation: { icon: icons.escalation, tint: 'red', label: 'Escalation' },
  alert: { icon: icons.alert, tint: 'red', label: 'Alert' },
  review: { icon: icons.review, tint: 'amber', label: 'Review' },
  note: { icon: icons.note, tint: 'amber', label: 'Note' },
  transfer: { icon: icons.transfer, tint: 'gray', label: 'Transfer' },
  new_ticket: { icon: icons.ticket, tint: 'indigo', label: 'New ticket' },
  chat: { icon: icons.chat, tint: 'blue', label: 'Chat' },
  coverage: { icon: icons.coverage, tint: 'amber', label: 'Coverage' },
};
const OTHER: Kind = { icon: icons.bell, tint: 'gray', label: 'Notification' };

/** The label is English, and a key of the catalogs. */
export function kindOf({ type, reason }: Notification): Kind {
  if (reason === 'emoji') return { icon: icons.emoji, tint: 'amber', label: 'Reaction' };
  return KINDS[type] ?? OTHER;
}

const REASONS: Record<string, string> = {
  assigned: 'Assigned to you',
  team_assigned: 'Assigned to your team',
  mentioned: 'You were mentioned',
  customer_reply: 'Your ticket',
  reopened: 'Your ticket, reopened',
  watching: 'Watching',
  team_member: 'Your team',
  department_member: 'Your department',
  transferred: 'Your department',
  escalated: 'Your ticket, escalated',
  emoji: 'Your comment',
  note_added: 'Your ticket',
  nobody_reached: 'Nobody else was reached',
  doc_review: 'You are the project manager',
};

/** Why the person got it, in a few words; empty for a reason of a newer hub. */
export function reasonText({ reason }: Notification): string {
  const words = REASONS[reason];
  return words ? t(words) : '';
}

export function actorText({ actor }: Notification): string {
  if (!actor) return '';
  return actor.name || (actor.kind === 'system' ? t('System') : '');
}

export function ticketText({ ticket }: Notification): string {
  if (!ticket) return '';
  return `#${ticket.number ?? ticket.id}`;
}

export function isUnread({ read_at, resolved }: Notification): boolean {
  return read_at === null && !resolved;
}
