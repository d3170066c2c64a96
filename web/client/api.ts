// REST calls as one agent. Answers are the wire shapes; failures are one of two errors, because a caller does
// one of two things: `Unreachable` is tried again, `Refused` is shown.
import { TokenRefused, type Credentials } from './credentials';
import type { Environment } from './environment';
import type { Preferences, PreferencesChange, TestReached } from './preferences';
import type { PushDevice, PushTest } from './push';
import type { Act, ActAnswer, ChangesPage, Me, Page, Selector } from './protocol';

const DEVICES = '/api/v1/me/push-subscriptions';

/** No answer, or one that says "try again" (5xx, 429). */
export class Unreachable extends Error {}

export interface ListQuery {
  before?: number;
  limit?: number;
  status?: string;
  type?: string;
  q?: string;
}

/** A member of what was sent, by RFC 6901 pointer, and what is wrong with it. */
export interface Fault {
  pointer: string;
  message: string;
}

/** The hub understood and said no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly faults: Fault[] = [],
  ) {
    super(detail);
  }

  get isUnauthorized(): boolean {
    return this.status === 401;
  }
}

export class Api {
  #server: string;
  #credentials: Credentials;
  #environment: Environment;

  constructor(server: string, credentials: Credentials, environment: Environment) {
    this.#server = server;
    this.#credentials = credentials;
    this.#environment = environment;
  }

  me(): Promise<Me> {
    return this.call<Me>('GET', '/api/v1/me');
  }

  list(query: ListQuery = {}): Promise<Page> {
    return this.call<Page>('GET', `/api/v1/me/notifications${queryString({ ...query })}`);
  }

  /** Why the agent has it, in the hub's words. */
  why(id: string): Promise<{ text: string }> {
    return this.call<{ text: string }>('GET', `/api/v1/me/notifications/${encodeURIComponent(id)}/why`);
  }

  /** Ids of the tickets that the agent watches. */
  async watches(): Promise<string[]> {
    const { items } = await this.call<{ items: { ticket: { id: string } }[] }>('GET', '/api/v1/me/watches');
    return items.map(({ ticket }) => ticket.id);
  }

  async watch(ticket: string, isOn: boolean): Promise<void> {
    await this.call(isOn ? 'PUT' : 'DELETE', `/api/v1/me/watches/${encodeURIComponent(ticket)}`);
  }

  changes(query: { since: number; epoch?: string; session?: string }): Promise<ChangesPage> {
    return this.call<ChangesPage>('GET', `/api/v1/me/changes${queryString(query)}`);
  }

  /** `keepalive` lets the act finish although the page is left for the ticket at the same moment. */
  act(act: Act, body: Selector & { until?: string }): Promise<ActAnswer> {
    return this.call<ActAnswer>('POST', `/api/v1/me/notifications/${act}`, body, { keepalive: true });
  }

  preferences(): Promise<Preferences> {
    return this.call<Preferences>('GET', '/api/v1/me/preferences');
  }

  /** Answers with all that counts afterwards. */
  changePreferences(change: PreferencesChange): Promise<Preferences> {
    return this.call<Preferences>('PUT', '/api/v1/me/preferences', change);
  }

  /** A notification to oneself, and which channels it reached. */
  sendTest(): Promise<TestReached> {
    return this.call<TestReached>('POST', '/api/v1/me/test');
  }

  /** The devices that the agent allows to be woken, the newest first. */
  async pushDevices(): Promise<PushDevice[]> {
    return (await this.call<{ items: PushDevice[] }>('GET', DEVICES)).items;
  }

  testPushDevice(id: string): Promise<PushTest> {
    return this.call<PushTest>('POST', `${DEVICES}/${encodeURIComponent(id)}/test`);
  }

  async forgetPushDevice(id: string): Promise<void> {
    await this.call('DELETE', `${DEVICES}/${encodeURIComponent(id)}`);
  }

  async call<T>(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<T> {
    const answer = await this.request(method, path, body, init);
    if (answer.status === 204) return undefined as T;
    try {
      return (await answer.json()) as T;
    } catch {
      // A proxy's or captive portal's page in place of the hub's answer.
      throw new Unreachable(`${method} ${path}: the answer is not JSON`);
    }
  }

  /** One request; a 401 is tried once more with a renewed token where there is a way to renew it. */
  async request(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
    const answer = await this.#send(method, path, body, init, false);
    if (answer.status !== 401 || !this.#credentials.canRenew) return accept(answer);
    return accept(await this.#send(method, path, body, init, true));
  }

  async #send(method: string, path: string, body: unknown, init: RequestInit, renew: boolean) {
    try {
      const token = await (renew ? this.#credentials.renew() : this.#credentials.current());
      const headers: Record<string, string> = { accept: 'application/json' };
      if (token) headers.authorization = `Bearer ${token}`;
      if (body !== undefined) headers['content-type'] = 'application/json';
      return await this.#environment.fetch(this.#server + path, {
        method,
        credentials: token ? 'omit' : 'same-origin',
        cache: 'no-store',
        body: body === undefined ? undefined : JSON.stringify(body),
        ...init,
        headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
      });
    } catch (error) {
      if (error instanceof TokenRefused && error.status < 500)
        throw new Refused(401, 'token_url', error.message);
      // What a browser says of a request without an answer is for programmers, and in English.
      throw new Unreachable(error instanceof TypeError ? '' : String(error));
    }
  }
}

async function accept(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  if (answer.status >= 500 || answer.status === 429)
    throw new Unreachable(`the hub answered ${answer.status}`);
  const problem = (await answer.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    title?: string;
    errors?: Fault[];
  };
  const detail = problem.detail ?? problem.title ?? `the hub answered ${answer.status}`;
  throw new Refused(answer.status, problem.code ?? '', detail, problem.errors);
}

export function queryString(query: Record<string, string | number | boolean | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return '';
  return `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()}`;
}
