// The session cookie of the bundled pages: made from a token, and given back.
import { deviceName } from '../client/device';
import { forgetPush } from '../client/push';
import { announceSession } from '../client/session_news';
import { t } from '../elements/words';
import { forgetKept } from './kept';

/** Null when signed in; otherwise what went wrong, for the person. */
export async function signIn(token: string): Promise<string | null> {
  const refused = t('This token is not accepted. Perhaps it has expired.');
  const wrong = await post('/session', { token }, { 401: refused, 403: refused });
  if (wrong === null) announceSession('began');
  return wrong;
}

/** Null when a link was mailed, if the address is known; otherwise what went wrong, for the person. */
export function askForLink(email: string): Promise<string | null> {
  return post(
    '/session/link',
    { email },
    {
      409: t('This installation sends no email. Sign in with a token instead.'),
      422: t('This is not an email address.'),
      429: t('Too many links were asked for from here. Try again in some minutes.'),
    },
  );
}

/** Null when the hub took it; otherwise why not, in `words` by status where they are known. */
async function post(path: string, body: object, words: Record<number, string>): Promise<string | null> {
  try {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.ok) return null;
    return (
      words[answer.status] ??
      t('The hub answered {status}. Try again in a moment.', { status: answer.status })
    );
  } catch {
    return t('The hub cannot be reached.');
  }
}

/** Whoever sits down here next is not woken in this one's place: push on this device ends too. */
export async function signOut(): Promise<void> {
  await forgetPush().catch((error: unknown) => console.warn('bellhop: push could not be ended here', error));
  await fetch(`/session?device=${encodeURIComponent(deviceName())}`, { method: 'DELETE' });
  await forgetKept();
  announceSession('ended');
}
