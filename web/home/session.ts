// The session cookie of the bundled pages: made from a token, and given back.
import { deviceName } from '../client/device';
import { forgetPush } from '../client/push';
import { announceSession } from '../client/session_news';
import { forgetKept } from './kept';

/** Null when signed in; otherwise what went wrong, for the person. */
export async function signIn(token: string): Promise<string | null> {
  try {
    const answer = await fetch('/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) {
      announceSession('began');
      return null;
    }
    return answer.status === 401 || answer.status === 403
      ? 'This token is not accepted. Perhaps it has expired.'
      : `The hub answered ${answer.status}. Try again in a moment.`;
  } catch {
    return 'The hub cannot be reached.';
  }
}

/** Null when a link was mailed, if the address is known; otherwise what went wrong, for the person. */
export async function askForLink(email: string): Promise<string | null> {
  try {
    const answer = await fetch('/session/link', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email }),
    });
    if (answer.ok) return null;
    if (answer.status === 409) return 'This installation sends no email. Sign in with a token instead.';
    if (answer.status === 422) return 'This is not an email address.';
    if (answer.status === 429) return 'Too many links were asked for from here. Try again in some minutes.';
    return `The hub answered ${answer.status}. Try again in a moment.`;
  } catch {
    return 'The hub cannot be reached.';
  }
}

/** Whoever sits down here next is not woken in this one's place: push on this device ends too. */
export async function signOut(): Promise<void> {
  await forgetPush().catch((error: unknown) => console.warn('bellhop: push could not be ended here', error));
  await fetch(`/session?device=${encodeURIComponent(deviceName())}`, { method: 'DELETE' });
  await forgetKept();
  announceSession('ended');
}
