// Starts the real server binary on a free port with a throw-away data directory, and speaks to it as a helpdesk
// would. `BELLHOP_BIN` names the binary.
import { spawn, type ChildProcess } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../../test/eventually';
import { freePort } from './ports';

const BINARY = process.env.BELLHOP_BIN ?? resolve(import.meta.dirname, '../../../target/debug/bellhop');
const START_WITHIN_MS = 30_000;
const SECRET = 'a secret for browser stories, long enough for HS256';
export const ADMIN_KEY = 'bh_stories_0123456789abcdef0123456789abcdef';

export const DIRECTORY = {
  agents: [
    { id: 'ana', name: 'Ana Souza', email: 'ana@example.com', role: 'agent', department: 'support' },
    { id: 'ben', name: 'Ben Okafor', email: 'ben@example.com', role: 'agent', department: 'support' },
    { id: 'jane', name: 'Jane Smith', email: 'jane@example.com', role: 'agent', department: 'support' },
    { id: 'pia', name: 'Pia Lund', email: 'pia@example.com', role: 'pm', department: 'support' },
  ],
  departments: [{ id: 'support', name: 'Support', manager: 'pia' }],
};

export type TicketChange = { number?: string } & Record<string, unknown>;

export interface EventOptions {
  id?: string;
  ticket?: TicketChange;
  actor?: Record<string, unknown>;
  data?: Record<string, unknown>;
}

export interface EventResult {
  id: string;
  status: string;
  notified: string[];
}

export class Hub {
  readonly url: string;
  #process: ChildProcess;
  #directory: string;
  #output = '';

  private constructor(process: ChildProcess, url: string, directory: string) {
    this.#process = process;
    this.url = url;
    this.#directory = directory;
    process.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    process.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
  }

  /** `bellhop serve` with the directory above. */
  static async serve(environment: Record<string, string> = {}): Promise<Hub> {
    const hub = await Hub.#start('serve', environment);
    await hub.call('PUT', '/api/v1/directory', DIRECTORY);
    return hub;
  }

  /** `bellhop demo`. */
  static demo(environment: Record<string, string> = {}): Promise<Hub> {
    return Hub.#start('demo', environment);
  }

  static async #start(command: 'serve' | 'demo', environment: Record<string, string>): Promise<Hub> {
    const port = await freePort();
    const directory = mkdtempSync(join(tmpdir(), 'bellhop-e2e-'));
    const listen = `127.0.0.1:${port}`;
    const child = spawn(BINARY, command === 'demo' ? ['demo', '--listen', listen] : ['serve'], {
      cwd: directory,
      env: {
        PATH: process.env.PATH,
        BELLHOP_HTTP__LISTEN: listen,
        BELLHOP_DATA_DIR: directory,
        BELLHOP_AUTH__JWT_SECRET: SECRET,
        BELLHOP_AUTH__ADMIN_KEY: ADMIN_KEY,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hub = new Hub(child, `http://${listen}`, directory);
    await hub.#untilReady();
    return hub;
  }

  async #untilReady(): Promise<void> {
    let failure: unknown = null;
    this.#process.on('error', (error) => (failure = error));
    await eventually(async () => {
      if (failure !== null || this.#process.exitCode !== null) return;
      const answer = await fetch(`${this.url}/readyz`);
      if (!answer.ok) throw new Error(`not ready: ${answer.status}\n${this.#output}`);
    }, START_WITHIN_MS);
    if (failure !== null) throw new Error(`${BINARY} cannot be started`, { cause: failure });
    if (this.#process.exitCode !== null) throw new Error(`the server ended at its start:\n${this.#output}`);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    // Not drained: the stories are over, and a drain takes its time.
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** A JWT as a helpdesk signs it. */
  token(agent: string, ttlSeconds = 3_600): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: agent, iat: now, exp: now + ttlSeconds })}`;
    return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`;
  }

  /** One event as `curl` would post it. */
  async post(
    type: string,
    { id = randomUUID(), ticket, actor, data }: EventOptions = {},
  ): Promise<EventResult> {
    const event = {
      specversion: '1.0',
      id,
      source: '/helpdesk',
      type,
      time: new Date().toISOString(),
      data: {
        actor: actor ?? { kind: 'agent', id: 'jane', name: 'Jane Smith' },
        ticket: this.ticket(ticket),
        ...data,
      },
    };
    const { results } = await this.call<{ results: EventResult[] }>('POST', '/api/v1/events', event);
    return results[0]!;
  }

  /** A ticket is assigned to `agent`: the simplest thing that rings exactly one bell. */
  assign(agent: string, ticket: TicketChange = {}): Promise<EventResult> {
    return this.post('ticket.assigned', {
      ticket: { assignees: [agent], ...ticket },
      data: { assigned: { agents: [agent], team: null, by_rule: false } },
    });
  }

  ticket({ number = '123', ...change }: TicketChange = {}): Record<string, unknown> {
    return {
      id: `HD-${number}`,
      number,
      subject: 'Login Issue',
      url: `/?ticket=HD-${number}`,
      status: 'open',
      priority: 'normal',
      department: 'support',
      customer: { id: 'c1', name: 'Carla Reis', email: 'carla@example.org' },
      ...change,
    };
  }

  async call<T>(method: string, path: string, body?: unknown, bearer = ADMIN_KEY): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}
