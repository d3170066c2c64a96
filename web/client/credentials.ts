// Who the client is: a token given by the page, a token fetched from the helpdesk's own `token-url`, or, without
// either, the session cookie of the hub's own origin. The token never travels in a URL.
import type { Environment } from './environment';

export interface CredentialSource {
  token?: string | null;
  tokenUrl?: string | null;
}

/** Renew this long before the token ends, so that the session never notices. */
const RENEW_BEFORE_MS = 60_000;

export class Credentials {
  #source: CredentialSource;
  #environment: Environment;
  #token: string | null;

  constructor(source: CredentialSource, environment: Environment) {
    this.#source = source;
    this.#environment = environment;
    this.#token = source.token ?? null;
  }

  /** Nothing but the session cookie speaks for the person. */
  get isCookie(): boolean {
    return !this.#source.token && !this.#source.tokenUrl;
  }

  get canRenew(): boolean {
    return Boolean(this.#source.tokenUrl);
  }

  /** The token to use now, or null where the cookie speaks for the person. */
  async current(): Promise<string | null> {
    if (!this.canRenew) return this.#token;
    if (this.#token && !this.#endsWithin(RENEW_BEFORE_MS)) return this.#token;
    return this.renew();
  }

  /** The hub refused the token: the next one must be a fresh one. */
  forget(): void {
    if (this.canRenew) this.#token = null;
  }

  /** Asks `token-url` for a fresh token: plain text, or JSON with `token`. */
  async renew(): Promise<string | null> {
    if (!this.#source.tokenUrl) return this.#token;
    const answer = await this.#environment.fetch(this.#source.tokenUrl, { credentials: 'include' });
    if (!answer.ok) throw new TokenRefused(answer.status);
    this.#token = parseToken(await answer.text());
    return this.#token;
  }

  /** Milliseconds until the token should be renewed; null when there is nothing to renew or no end is known. */
  renewInMs(): number | null {
    const endsAt = this.#token && this.canRenew ? expiryOf(this.#token) : null;
    return endsAt === null ? null : Math.max(0, endsAt - RENEW_BEFORE_MS - this.#environment.now());
  }

  #endsWithin(ms: number): boolean {
    const endsAt = this.#token ? expiryOf(this.#token) : null;
    return endsAt !== null && endsAt - this.#environment.now() < ms;
  }
}

/** The helpdesk's `token-url` said no: the person is signed out there. */
export class TokenRefused extends Error {
  constructor(readonly status: number) {
    super(`token-url answered ${status}`);
  }
}

function parseToken(text: string): string {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return trimmed.replace(/^"|"$/g, '');
  const parsed = JSON.parse(trimmed) as { token?: unknown };
  if (typeof parsed.token !== 'string') throw new Error('token-url answered JSON without "token"');
  return parsed.token;
}

/** The `exp` of a JWT in epoch milliseconds. Read without checking: only the hub decides what a token is worth. */
export function expiryOf(token: string): number | null {
  const payload = token.split('.')[1];
  if (!payload) return null;
  try {
    const claims = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/'))) as { exp?: unknown };
    return typeof claims.exp === 'number' ? claims.exp * 1000 : null;
  } catch {
    return null;
  }
}
