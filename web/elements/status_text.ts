// The connection's state in words for the person: what works, since when, and what to look at if it does not.
import type { ClientStatus } from '../client/client';

export type Tone = 'good' | 'fair' | 'waiting' | 'bad';

export interface StatusText {
  label: string;
  tone: Tone;
  hint: string | null;
}

const FIREWALL = 'WebSocket connections are blocked here, probably by a firewall or proxy.';

export function statusText(status: ClientStatus, pollEveryMs: number): StatusText {
  switch (status.phase) {
    case 'live':
      return liveText(status, Math.round(pollEveryMs / 1000));
    case 'connecting':
      return { label: 'Connecting…', tone: 'waiting', hint: null };
    case 'offline':
      return { label: 'Offline, retrying', tone: 'bad', hint: status.lastError };
    case 'signed_out':
      return {
        label: 'Signed out',
        tone: 'bad',
        hint: 'Your session has ended. Sign in again to hear what is new.',
      };
    case 'ended':
      return {
        label: 'Disconnected',
        tone: 'bad',
        hint: `Closed by the hub: ${status.lastError ?? 'no reason given'}.`,
      };
  }
}

function liveText(status: ClientStatus, seconds: number): StatusText {
  switch (status.way) {
    case 'sse':
      return { label: 'Live (SSE)', tone: 'good', hint: `${FIREWALL} Notifications still arrive at once.` };
    case 'polling':
      return {
        label: `Polling every ${seconds} s`,
        tone: 'fair',
        hint: `${FIREWALL} New notifications can take up to ${seconds} s.`,
      };
    default:
      return { label: 'Live', tone: 'good', hint: null };
  }
}
