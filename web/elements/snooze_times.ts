// Until when an entry may be put off: three answers that fit most days. Pure; instants are RFC 3339 in UTC.
import { t } from './words';
import { tomorrowAt, untilText } from './until';

const LATER_MS = 3 * 3_600_000;
const MINUTE_MS = 60_000;
const MORNING = 8;

export interface SnoozeTime {
  id: 'later' | 'tomorrow' | 'reply';
  label: string;
  /** For the act: an instant, or `reply`. */
  until: string;
  /** When that is, in words; empty where nobody can know. */
  when: string;
}

export function snoozeTimes(now: number): SnoozeTime[] {
  const later = new Date(Math.floor((now + LATER_MS) / MINUTE_MS) * MINUTE_MS);
  const isToday = later.getDate() === new Date(now).getDate();
  const tomorrow = tomorrowAt(MORNING, now);
  const [laterAt, tomorrowText] = [later.toISOString(), untilText(tomorrow, now)];
  return [
    {
      id: 'later',
      label: isToday ? t('Later today') : t('In 3 hours'),
      until: laterAt,
      when: untilText(laterAt, now),
    },
    { id: 'tomorrow', label: t('Tomorrow'), until: tomorrow, when: tomorrowText },
    { id: 'reply', label: t('Until the customer replies'), until: 'reply', when: '' },
  ];
}
