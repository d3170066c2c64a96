// What stands in the way when nothing is heard or seen: each part on its own, with what to do about it (sections 15 and 16
// of the requirements). Pure: facts come in, verdicts in words go out.
import type { ClientStatus } from '../client/client';
import type { DesktopState } from '../client/desktop';
import type { DesktopAnswer, SoundSettings } from '../client/local_settings';
import type { Preferences } from '../client/preferences';
import type { Me } from '../client/protocol';
import type { PushDevice } from '../client/push';
import { isQuiet } from '../client/quiet';
import { statusText } from './status_text';
import { t } from './words';

export interface CheckupFacts {
  /** Host of the page that needs the permission. */
  host: string;
  desktop: DesktopState;
  answer: DesktopAnswer;
  isPushOn: boolean;
  /** Null on a page without a bell. */
  status: ClientStatus | null;
  preferences: Preferences;
  timeZone: string | null;
  sound: SoundSettings;
  isSoundUnlocked: boolean;
  soundFailure: string | null;
  email: Me['email'];
  /** Null when the hub did not say. */
  devices: PushDevice[] | null;
  /** This browser's name for itself. */
  device: string;
  now: number;
}

export interface Verdict {
  id: 'permission' | 'connection' | 'preferences' | 'push' | 'email' | 'sound';
  /** `note`: so by choice; `bad`: something is wrong. */
  tone: 'good' | 'note' | 'bad';
  title: string;
  text: string;
}

export function checkup(facts: CheckupFacts): Verdict[] {
  return [permission(facts), connection(facts), preferences(facts), push(facts), email(facts), sound(facts)];
}

/** How to take the permission back, and give it again. */
export function permissionHelp(host: string): string {
  return t(
    'To change it: click the icon to the left of the address of {host}, open the site settings, set Notifications to Allow or Block, and reload the page.',
    { host },
  );
}

export function desktopText({
  desktop,
  answer,
  isPushOn,
  host,
}: Pick<CheckupFacts, 'desktop' | 'answer' | 'isPushOn' | 'host'>): string {
  switch (desktop) {
    case 'insecure':
      return t(
        'Browsers show desktop notifications of https pages only, and {host} is not served over https. Ask your administrator.',
        { host },
      );
    case 'ios':
      return t('iPhones and iPads have no desktop notifications. Turn push on instead.');
    case 'unsupported':
      return t('This browser has no desktop notifications for pages. Turn push on instead.');
    case 'blocked':
      return t('Your browser was told not to show notifications of {host}.', { host });
    case 'undecided':
      return t('Your browser has not been asked for {host} yet.', { host });
    case 'allowed':
      if (isPushOn) return t('Push is on in this browser and takes their place: one event, one alert.');
      return answer === 'on'
        ? t('Your browser shows notifications of {host}.', { host })
        : t('Your browser would show notifications of {host}, but you have not turned them on.', { host });
  }
}

function permission(facts: CheckupFacts): Verdict {
  const title = t('Permission');
  const text = desktopText(facts);
  if (facts.desktop === 'blocked')
    return { id: 'permission', tone: 'bad', title, text: `${text} ${permissionHelp(facts.host)}` };
  if (facts.desktop === 'insecure') return { id: 'permission', tone: 'bad', title, text };
  const isOn = facts.isPushOn || (facts.desktop === 'allowed' && facts.answer === 'on');
  return { id: 'permission', tone: isOn ? 'good' : 'note', title, text };
}

function connection({ status }: CheckupFacts): Verdict {
  const title = t('Connection');
  if (!status) return { id: 'connection', tone: 'note', title, text: t('This page has no bell.') };
  const { label, hint, tone } = statusText(status, 30_000);
  const isLive = status.phase === 'live' && status.way === 'websocket';
  const text = [label, hint ?? (status.phase === 'live' ? '' : status.lastError)].filter(Boolean).join('. ');
  return { id: 'connection', tone: isLive ? 'good' : tone === 'bad' ? 'bad' : 'note', title, text };
}

function preferences({ preferences, timeZone, now }: CheckupFacts): Verdict {
  const title = t('Preferences');
  if (preferences.channels.bell === false)
    return {
      id: 'preferences',
      tone: 'bad',
      title,
      text: t('You switched the bell off: no new entries come.'),
    };
  if (isQuiet(preferences, timeZone, now))
    return {
      id: 'preferences',
      tone: 'note',
      title,
      text: t('It is quiet now, by your hours or “do not disturb”: entries come, nothing sounds or pops up.'),
    };
  const off = preferences.categories.filter(({ choice }) => choice === 'off').map(({ label }) => t(label));
  if (off.length === 0) return { id: 'preferences', tone: 'good', title, text: t('Every kind is on.') };
  return {
    id: 'preferences',
    tone: 'note',
    title,
    text: t('You do not hear of: {kinds}.', { kinds: off.join(', ') }),
  };
}

function push({ preferences, devices, isPushOn, device }: CheckupFacts): Verdict {
  const title = t('Web push');
  const verdict = (tone: Verdict['tone'], text: string): Verdict => ({ id: 'push', tone, title, text });
  if (preferences.channels.web_push === false)
    return verdict('note', t('You switched push off for all devices.'));
  if (devices === null) return verdict('bad', t('The hub did not say which devices it knows.'));
  const here = devices.find((one) => one.device === device);
  if (isPushOn && !here)
    return verdict(
      'bad',
      t('This browser is to be woken, but the hub does not know it. Turn push off and on again.'),
    );
  if (here && here.failures > 0)
    return verdict('bad', t('The last push to this browser failed: {why}.', { why: here.last_error ?? '?' }));
  if (devices.length === 0) return verdict('note', t('No device is woken by push.'));
  return verdict(
    here ? 'good' : 'note',
    here ? t('This browser is woken by push.') : t('Other devices are, this one is not.'),
  );
}

function email({ preferences, email }: CheckupFacts): Verdict {
  const title = t('Email');
  const verdict = (tone: Verdict['tone'], text: string): Verdict => ({ id: 'email', tone, title, text });
  if (!email) return verdict('bad', t('Your helpdesk has no email address of yours.'));
  const { address } = email;
  if (email.suppressed)
    return verdict(
      'bad',
      t('Nothing is sent to {address} any more, because mail came back. Ask your administrator.', {
        address,
      }),
    );
  if (preferences.channels.email === false) return verdict('note', t('You switched email off.'));
  return verdict('good', t('Emails go to {address}.', { address }));
}

function sound({ sound, isSoundUnlocked, soundFailure }: CheckupFacts): Verdict {
  const title = t('Sound');
  const verdict = (tone: Verdict['tone'], text: string): Verdict => ({ id: 'sound', tone, title, text });
  if (!sound.isOn || sound.volume === 0) return verdict('note', t('Sound is off in this browser.'));
  if (soundFailure) return verdict('bad', t('The last sound failed: {why}.', { why: soundFailure }));
  if (!isSoundUnlocked)
    return verdict('note', t('Browsers let a page sound only after you have clicked in it once.'));
  return verdict('good', t('Sound is on.'));
}
