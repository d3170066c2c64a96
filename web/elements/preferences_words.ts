// The preferences screen in plain words: what each kind, channel and frequency is, and what became of a test. The tables
// are English, and keys of the catalogs.
import type { ChannelReached, EmailFrequency, PreferenceRow } from '../client/preferences';
import { t, tn } from './words';

const KINDS: Record<string, string> = {
  ticket_assigned: 'A ticket is assigned to you.',
  team_assigned: 'A ticket is assigned to your team.',
  new_client_message: 'A client replies to your ticket.',
  mention: 'Somebody writes @you in a note or a reply.',
  escalation: 'Your ticket is escalated.',
  ai_critical: 'The AI finds your ticket’s urgency critical.',
  over_budget: 'Your ticket is over its budget and locked.',
  doc_review: 'A ticket’s documentation waits for your review.',
  overdue: 'Your ticket is past its due date.',
  chat: 'A chat is new, or its visitor writes and nobody answers.',
  custom: 'Your helpdesk has a message for you.',
  transfer: 'A ticket is transferred to your department.',
  new_ticket_department: 'Any new ticket in your department.',
  note_added: 'Somebody adds an internal note to your ticket.',
  emoji_reaction: 'Somebody reacts to your comment with an emoji.',
  coverage: 'Something urgent reached nobody else.',
};

/** Empty for a kind of a newer hub. */
export function kindText(id: string): string {
  const words = KINDS[id];
  return words ? t(words) : '';
}

/** Whether the row is for somebody of that role: reviews go to project managers (D-18). */
export function isFor(role: string | undefined, { id }: PreferenceRow): boolean {
  return id !== 'doc_review' || role === undefined || role === 'pm';
}

/** Why nobody but an administrator can change the row; empty when the agent can. */
export function lockText(row: PreferenceRow): string {
  if (row.locked) return t('Always on, set by your administrator');
  // The rule itself is off where the installation does not say otherwise: a choice would change nothing.
  if (row.id === 'emoji_reaction' && row.default === 'off') return t('Not switched on by your administrator');
  return '';
}

/** "default: off", where the choice is another. */
export function defaultText(row: PreferenceRow): string {
  return row.locked || row.choice === row.default ? '' : t('default: {choice}', { choice: t(row.default) });
}

export interface ChannelWords {
  id: string;
  label: string;
  text: string;
}

export const CHANNELS: ChannelWords[] = [
  {
    id: 'bell',
    label: 'Bell',
    text: 'New entries in the list. Off, the other channels are silent too, except for alert emails.',
  },
  { id: 'desktop', label: 'Desktop', text: 'A pop-up while a page with the bell is open.' },
  { id: 'web_push', label: 'Web push', text: 'On your devices, although no page is open.' },
  { id: 'email', label: 'Email', text: 'What you missed, and alerts.' },
  { id: 'sms', label: 'Text messages', text: 'Chats while you are away; to project managers, emergencies.' },
];

export function channelLabel(id: string): string {
  const label = CHANNELS.find((channel) => channel.id === id)?.label;
  return label ? t(label) : id.replace(/_/g, ' ');
}

export const FREQUENCIES: Record<EmailFrequency, string> = {
  instant: 'Each by itself',
  '15min': 'Every 15 minutes',
  hourly: 'Every hour',
  daily: 'Once a day',
};

export const EMAIL_TYPES: Record<string, string> = {
  assignment: 'Assignments',
  mention: 'Mentions',
  reaction: 'Replies',
  escalation: 'Escalations',
  alert: 'Alerts',
  review: 'Reviews',
  note: 'Notes',
  transfer: 'Transfers',
  new_ticket: 'New tickets',
  chat: 'Chats',
  coverage: 'Coverage',
  custom: 'Custom',
};

const WHY_NOT: Record<string, string> = {
  channel_off: 'you switched it off',
  bell_off: 'you switched the bell off',
  category_off: 'you switched this kind off',
  alert_email_off: 'you switched this kind of email off',
  fallback_email_off: 'you switched this kind of email off',
  type_off: 'you chose other types for email',
  mention_not_high: 'you chose high priority mentions only',
  no_address: 'your helpdesk has no email address of yours',
  no_number: 'your helpdesk has no phone number of yours',
  not_configured: 'this installation does not send any',
  not_pm: 'these go to project managers only',
  no_policy: 'these are for emergencies only',
  not_concerned: 'the bell did not ring',
  vacation: 'you are on vacation',
  inactive: 'your account is not active',
  unknown_agent: 'the directory does not know you',
  rule_off: 'your administrator switched tests off',
};

export interface Outcome {
  /** For the mark in front of the line. */
  tone: 'reached' | 'later' | 'not';
  text: string;
}

/** What became of the test on one channel. `time` puts an instant into words. */
export function outcomeText(
  { outcome, why = '', until, after_ms = 0, sessions }: ChannelReached,
  time: (at: string) => string,
): Outcome {
  switch (outcome) {
    case 'now':
      return { tone: 'reached', text: sessions === undefined ? t('sent') : reachedText(sessions) };
    case 'stored':
      return { tone: 'later', text: t('kept in the list without a sound') };
    case 'held':
      return {
        tone: 'later',
        text: until ? t('held until {time}', { time: time(until) }) : t('held for later'),
      };
    case 'if_unacknowledged':
      return {
        tone: 'later',
        text: t('only if no page of yours shows it within {seconds} s', {
          seconds: Math.round(after_ms / 1000),
        }),
      };
    default:
      return {
        tone: 'not',
        text: t('not sent: {why}', { why: whyNot(why) }),
      };
  }
}

function whyNot(why: string): string {
  const known = WHY_NOT[why];
  if (known) return t(known);
  return why.replace(/_/g, ' ') || t('no reason given');
}

function reachedText(sessions: number): string {
  if (sessions === 0) return t('in your list; no page of yours is connected');
  return tn('reached {count} open page of yours', 'reached {count} open pages of yours', sessions);
}
