// The connection's state in words for the person: what works, since when, and what to look at if it does not.
import type { ClientStatus } from '../client/client';
import { t } from './words';

export type Tone = 'good' | 'fair' | 'waiting' | 'bad';

export interface StatusText {
  label: string;
  tone: Tone;
  hint: string | null;
}

const FIREWALL = () => t('WebSocket connections are blocked here, probably by a firewall or proxy.');

export function statusText(status: ClientStatus, pollEveryMs: number): StatusText {
  switch (status.phase) {
    case 'live':
      return liveText(status, Math.round(pollEveryMs / 1000));
    case 'connecting':
      return { label: t('Connecting…'), tone: 'waiting', hint: null };
    case 'offline':
      return { label: t('Offline, retrying'), tone: 'bad', hint: whyOffline(status.lastError) };
    case 'signed_out':
      return {
        label: t('Signed out'),
        tone: 'bad',
        hint: t('Your session has ended. Sign in again to hear what is new.'),
      };
    case 'ended':
      return {
        label: t('Disconnected'),
        tone: 'bad',
        hint: t('Closed by the hub: {why}.', { why: status.lastError ?? t('no reason given') }),
      };
  }
}

/** What it means, and behind it what is known of the reason. */
function whyOffline(lastError: string | null): string {
  return t('The hub cannot be reached') + (lastError ? `: ${lastError}` : '');
}

function liveText(status: ClientStatus, seconds: number): StatusText {
  switch (status.way) {
    case 'sse':
      return {
        label: t('Live (SSE)'),
        tone: 'good',
        hint: `${FIREWALL()} ${t('Notifications still arrive at once.')}`,
      };
    case 'polling':
      return {
        label: t('Polling every {seconds} s', { seconds }),
        tone: 'fair',
        hint: `${FIREWALL()} ${t('New notifications can take up to {seconds} s.', { seconds })}`,
      };
    default:
      return { label: t('Live'), tone: 'good', hint: null };
  }
}
