// The shapes of `GET|PUT /api/v1/me/preferences` and of `POST /api/v1/me/test`, in the wire's own names.

export type Choice = 'on' | 'off' | 'required';

/** One kind of notification: a row of the preferences screen. */
export interface PreferenceRow {
  id: string;
  label: string;
  choice: Choice;
  /** What counts for whoever chose nothing. */
  default: Choice;
  locked: boolean;
  alert_email: boolean;
  alert_email_locked: boolean;
  fallback_email: boolean;
  fallback_email_locked: boolean;
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `HH:MM` each; a `to` that is not later than `from` is the day after. */
export interface Span {
  from: string;
  to: string;
}

export interface QuietHours {
  days: Partial<Record<Weekday, Span[]>>;
  /** Critical ones are held too (D-12). */
  hold_critical: boolean;
  /** Email goes out all the same (D-19). */
  email: boolean;
}

export type EmailFrequency = 'instant' | '15min' | 'hourly' | 'daily';

/** What counts for the agent, their own choices over the installation's defaults. */
export interface Preferences {
  categories: PreferenceRow[];
  channels: Record<string, boolean>;
  quiet_hours: QuietHours | null;
  /** RFC 3339. */
  do_not_disturb_until: string | null;
  email_frequency: EmailFrequency;
  digest_hour: number;
  /** Types that go out by email; null: all. */
  email_types: string[] | null;
  high_priority_mentions_only: boolean;
}

/** What the agent wants changed: what is left out stays, null goes back to the default. */
export interface PreferencesChange {
  categories?: Record<string, Choice | null>;
  channels?: Record<string, boolean | null>;
  alert_email?: Record<string, boolean | null>;
  fallback_email?: Record<string, boolean | null>;
  quiet_hours?: QuietHours | null;
  do_not_disturb_until?: string | null;
  email_frequency?: EmailFrequency | null;
  digest_hour?: number | null;
  email_types?: string[] | null;
  high_priority_mentions_only?: boolean | null;
}

/** What became of a test on one channel. */
export interface ChannelReached {
  outcome: string;
  why?: string;
  /** `held`: until when. */
  until?: string;
  /** `if_unacknowledged`: how long a device has. */
  after_ms?: number;
  /** The bell: connected pages of the agent. */
  sessions?: number;
}

export interface TestReached {
  id: string;
  channels: Record<string, ChannelReached>;
}
