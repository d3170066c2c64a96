// What a client without a socket has to say, by POST with its session. Nothing here is worth an error to the
// person: a lost ack or activity is said again with the next one.
import type { Api } from './api';
import type { ClientMessage } from './protocol';

export function postMessage(api: Api, session: string, message: ClientMessage): void {
  if (message.type !== 'ack' && message.type !== 'activity') return;
  const { type, ...body } = message;
  api.call('POST', `/api/v1/me/${type}`, { session, ...body }).catch((error: unknown) => {
    console.debug(`bellhop: ${type} was not taken`, error);
  });
}
