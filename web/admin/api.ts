// Requests of the administrators' pages, and everything that can come back: an answer, or a `Trouble` that knows what a
// person can do about it. The session cookie speaks, or an API key that is kept in this tab's memory and nowhere else.
import type { Fault } from '../client/api';

const WITHIN_MS = 15_000;

export type TroubleKind =
  'signed_out' | 'forbidden' | 'missing' | 'conflict' | 'too_many' | 'invalid' | 'broken' | 'offline';

/** What a request came to, for the person who made it. */
export class Trouble extends Error {
  constructor(
    readonly kind: TroubleKind,
    message: string,
    readonly detail: {
      status?: number;
      code?: string;
      faults?: Fault[];
      /** Whether it may have been carried out all the same. */
      isUnsure?: boolean;
    } = {},
  ) {
    super(message);
  }

  get faults(): Fault[] {
    return this.detail.faults ?? [];
  }

  /** What is wrong with the member at this pointer; null where nothing is. */
  faultAt(pointer: string): string | null {
    return this.faults.find((fault) => fault.pointer === pointer)?.message ?? null;
  }
}

let apiKey: string | null = null;

/** Speaks with this key from now on; null: with the session cookie. */
export function useApiKey(key: string | null): void {
  apiKey = key;
}

export function usesApiKey(): boolean {
  return apiKey !== null;
}

export function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  return request<T>('GET', path, undefined, signal);
}

export async function askText(path: string, signal?: AbortSignal): Promise<string> {
  return (await send('GET', path, undefined, signal)).text();
}

export async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const answer = await send(method, path, body, signal);
  if (answer.status === 204) return undefined as T;
  try {
    return (await answer.json()) as T;
  } catch {
    throw new Trouble('broken', 'Something between this page and the hub answered in its place.', {
      isUnsure: method !== 'GET',
    });
  }
}

async function send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (apiKey !== null) headers.authorization = `Bearer ${apiKey}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const timeout = AbortSignal.timeout(WITHIN_MS);
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      credentials: apiKey === null ? 'same-origin' : 'omit',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable(method);
  }
  if (answer.ok) return answer;
  throw troubleOf(
    answer.status,
    answer.headers.get('retry-after'),
    (await answer.json().catch(() => ({}))) as Problem,
    method,
  );
}

export interface Problem {
  code?: string;
  title?: string;
  detail?: string;
  errors?: Fault[];
}

/** What an answer that is no success means to a person. */
export function troubleOf(
  status: number,
  retryAfter: string | null,
  problem: Problem,
  method: string,
): Trouble {
  const said = problem.detail ?? problem.title ?? '';
  const detail = { status, code: problem.code, faults: problem.errors };
  switch (true) {
    case status === 401:
      return new Trouble('signed_out', 'Your session has ended. Sign in again to go on.', detail);
    case status === 403:
      return new Trouble('forbidden', `You may not do this: ${said || 'it is for administrators'}.`, detail);
    case status === 404:
      return new Trouble('missing', `It is not there, or not any more${said ? `: ${said}` : ''}.`, detail);
    case status === 409 || status === 412:
      return new Trouble('conflict', sentence(said || 'It contradicts what is there'), detail);
    case status === 429:
      return new Trouble('too_many', `Too many requests. Try again ${wait(retryAfter)}.`, detail);
    case status >= 500:
      return new Trouble(
        'broken',
        `The hub answered ${status}${said ? `: ${sentence(said)}` : '.'}${unsure(method)}`,
        { ...detail, isUnsure: method !== 'GET' },
      );
    default:
      return new Trouble('invalid', sentence(said || `The hub refused it (${status})`), detail);
  }
}

function unreachable(method: string): Trouble {
  const isOffline = typeof navigator !== 'undefined' && navigator.onLine === false;
  const what = isOffline ? 'This device is offline.' : 'The hub cannot be reached.';
  return new Trouble('offline', `${what}${unsure(method)}`, { isUnsure: method !== 'GET' });
}

function unsure(method: string): string {
  return method === 'GET' ? '' : ' It may have been carried out or not: look before you repeat it.';
}

function wait(retryAfter: string | null): string {
  const seconds = Number(retryAfter);
  return retryAfter && Number.isFinite(seconds) ? `in ${seconds} s` : 'in a moment';
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const upper = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}

/** Parameters that say something. */
export function query(parameters: Record<string, string | number | null | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  const meant = given.filter(([, value]) => value !== '').map(([name, value]) => [name, String(value)]);
  return meant.length ? `?${new URLSearchParams(meant).toString()}` : '';
}

/** A list by pages, as the hub answers them. */
export interface Listed<T> {
  items: T[];
  next: string | null;
}
