// The calls that the pretend helpdesk makes: the demo's own start state, and otherwise the public API that any
// helpdesk uses, events with its API key, watches as the agent in front of the screen.
import type { CloudEvent } from './events';
import type { DemoAgent, DemoState } from './types';

export interface EventResult {
  id: string;
  status: string;
  notified: string[];
}

export async function loadState(): Promise<DemoState> {
  return json<DemoState>(await fetch('/demo/state', { cache: 'no-store' }));
}

export async function postEvent(apiKey: string, event: CloudEvent): Promise<EventResult> {
  const answer = await fetch('/api/v1/events', {
    method: 'POST',
    credentials: 'omit',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(event),
  });
  const { results } = await json<{ results: EventResult[] }>(answer);
  return results[0] ?? { id: event.id, status: 'accepted', notified: [] };
}

export async function setWatch(agent: DemoAgent, ticket: string, isWatched: boolean): Promise<void> {
  const path = `/api/v1/me/watches/${encodeURIComponent(ticket)}`;
  const answer = await asAgent(agent, isWatched ? 'PUT' : 'DELETE', path);
  if (!answer.ok) throw new Error(`the hub answered ${answer.status}`);
}

export async function epochOf(agent: DemoAgent): Promise<string> {
  return (await json<{ epoch: string }>(await asAgent(agent, 'GET', '/api/v1/me'))).epoch;
}

function asAgent(agent: DemoAgent, method: string, path: string): Promise<Response> {
  return fetch(path, { method, credentials: 'omit', headers: { authorization: `Bearer ${agent.token}` } });
}

async function json<T>(answer: Response): Promise<T> {
  if (answer.ok) return (await answer.json()) as T;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string; title?: string };
  throw new Error(problem.detail ?? problem.title ?? `the hub answered ${answer.status}`);
}
