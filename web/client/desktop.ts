// Desktop notifications: the browser's own, while a page with the bell is open. Which state they are in, the question for
// the permission, and showing them.
import type { Notification as Entry } from './protocol';

/**
 * - `insecure`: the page is not served over https;
 * - `ios`: iPhones and iPads have none; there is push;
 * - `unsupported`: this browser has none for pages (phones);
 * - `blocked`: the person, or their system, said no;
 * - `undecided`: nobody has asked yet;
 * - `allowed`: the browser would show them.
 */
export type DesktopState = 'insecure' | 'ios' | 'unsupported' | 'blocked' | 'undecided' | 'allowed';

export interface Shown {
  close: () => void;
}

/** Of the browser; handed in, so that tests have one that shows nothing. */
export interface DesktopPlatform {
  state: () => DesktopState;
  ask: () => Promise<NotificationPermission>;
  show: (title: string, options: NotificationOptions, onClick: () => void) => Shown;
}

export const browserDesktop: DesktopPlatform = {
  state: () => {
    if (isApplePhone()) return 'ios';
    if (globalThis.isSecureContext === false) return 'insecure';
    if (typeof Notification === 'undefined' || isPhone()) return 'unsupported';
    if (Notification.permission === 'default') return 'undecided';
    return Notification.permission === 'granted' ? 'allowed' : 'blocked';
  },
  ask: () => Notification.requestPermission(),
  show: (title, options, onClick) => {
    const shown = new Notification(title, options);
    shown.onclick = () => {
      window.focus();
      shown.close();
      onClick();
    };
    return shown;
  },
};

/** As push tags it, so that one that comes later takes the place of this one and does not stand beside it. */
export function tagOf({ id, ticket }: Pick<Entry, 'id' | 'ticket'>): string {
  return ticket ? `ticket:${ticket.id}` : `notification:${id}`;
}

export function isApplePhone(): boolean {
  // An iPad says that it is a Mac, but a Mac has no touch screen.
  const { userAgent = '', maxTouchPoints = 0 } = globalThis.navigator ?? {};
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
}

/** Chrome on Android has the interface and throws when it is used. */
function isPhone(): boolean {
  return /Android/.test(globalThis.navigator?.userAgent ?? '');
}
