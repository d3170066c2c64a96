// What the installation consists of, and how that is: store, bus, nodes, ways out, health, version.
import { css, html, LitElement, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import { adminStyles } from './admin_styles';
import { ask, request, Trouble } from './api';
import { Asked, Doing } from './asking';
import { empty, fieldsOf, head, outcomeOf, pill, plain, timeOf, troubleBox, waiting } from './parts';
import { channelName, whyWords } from './words';

interface System {
  version: string;
  public_url: string;
  draining: boolean;
  connections: number;
  store: { kind: string; state: string };
  bus: { kind: string; state: string };
  nodes: { id: string; until: string }[];
  channels: { channel: string; configured: boolean; note: string | null }[];
}

export interface TestResult {
  outcome: string;
  why: string | null;
  detail: string | null;
  provider_id: string | null;
}

interface Health {
  path: string;
  about: string;
  /** Null: no answer. */
  status: number | null;
  words: string;
}

const KINDS: Record<string, string> = {
  sqlite: 'SQLite, one node',
  postgres: 'PostgreSQL',
  local: 'in-process, one node',
  redis: 'Redis',
};

export class AdminSystem extends LitElement {
  @state() private health: Health[] = [];
  #system = new Asked<System>(this, (signal) => ask<System>('/api/v1/system', signal));
  #doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    this.#look();
  }

  override render() {
    const { value, trouble, isLoading } = this.#system;
    return html`${head(
      'System',
      'What the installation consists of, as the node sees it that answered.',
      html`<button class="button" type="button" ?disabled=${isLoading} @click=${() => this.#look()}>
        Look again
      </button>`,
    )}
    ${troubleBox(trouble, () => this.#look())}
    ${value ? html`<div class="cards">${this.#parts(value)}${this.#channels(value)}${this.#nodes(value)}</div>` : trouble ? nothing : waiting()}
    ${this.#checks()}`;
  }

  #parts({ version, public_url, store, bus, connections, draining }: System) {
    return html`<section class="card">
      <h2>Server</h2>
      <dl class="facts">
        <dt>Version</dt>
        <dd>Bellhop ${version}</dd>
        <dt>Address</dt>
        <dd>${plain(public_url)}</dd>
        <dt>Store</dt>
        <dd>${KINDS[store.kind] ?? store.kind} ${pill(store.state)}</dd>
        <dt>Bus</dt>
        <dd>
          ${KINDS[bus.kind] ?? bus.kind} ${pill(bus.state)}
          ${bus.state === 'degraded' ? html`<p class="hint">Redis cannot be reached: other nodes are asked once a second instead.</p>` : nothing}
        </dd>
        <dt>Connections</dt>
        <dd>${connections} on this node</dd>
        ${
          draining
            ? html`<dt>State</dt>
                <dd>${pill('draining')} This node is about to end.</dd>`
            : nothing
        }
      </dl>
    </section>`;
  }

  #channels({ channels }: System) {
    return html`<section class="card">
      <h2>Ways beside the bell</h2>
      <ul class="list">
        ${channels.map(
          ({ channel, configured, note }) =>
            html`<li>
              <span class="title">${channelName(channel)}</span>
              ${configured ? pill('active', 'configured') : pill('off', 'not configured')}
              ${note ? html`<span class="hint">${note}</span>` : nothing}
            </li>`,
        )}
      </ul>
      ${channels.some(({ channel, configured }) => channel === 'email' && configured) ? this.#test() : nothing}
    </section>`;
  }

  #test() {
    return html`<form class="test" @submit=${this.#sendTest}>
      <label class="entry">
        <span>Test email to</span>
        <input name="to" type="email" required autocomplete="email" placeholder="you@example.com" />
      </label>
      <button class="button" ?disabled=${this.#doing.isBusy}>
        ${this.#doing.isBusy ? 'Sending…' : 'Send test'}
      </button>
      ${outcomeOf(this.#doing)}
    </form>`;
  }

  #nodes({ nodes, store }: System) {
    return html`<section class="card">
      <h2>Nodes</h2>
      ${
        nodes.length
          ? html`<ul class="list">
              ${nodes.map(
                ({ id, until }) =>
                  html`<li>
                    <code>${id}</code>
                    <span class="hint">its lease lasts, renewed by itself: ${timeOf(until)}</span>
                  </li>`,
              )}
            </ul>`
          : store.kind === 'sqlite'
            ? html`<p class="hint">
                One node has the store for itself. Several nodes need PostgreSQL and Redis: see “More than one
                machine” in the README.
              </p>`
            : empty(
                'No node keeps its lease.',
                'Look again in a few seconds: a node writes it shortly after its start.',
              )
      }
    </section>`;
  }

  #checks() {
    return html`<section class="card">
      <h2>Health checks</h2>
      <p class="hint">As a load balancer or a monitor asks them, asked by this browser just now.</p>
      <ul class="list" aria-live="polite">
        ${this.health.map(
          ({ path, about, status, words }) =>
            html`<li>
              <a class="link" href=${path}><code>${path}</code></a>
              ${pill(status === 200 ? 'up' : 'down', status === null ? 'no answer' : String(status))}
              <span class="hint">${about}: ${words}</span>
            </li>`,
        )}
      </ul>
    </section>`;
  }

  #look(): void {
    void this.#system.load();
    void this.#ask();
  }

  async #ask(): Promise<void> {
    this.health = await Promise.all([
      check('/healthz', 'the process lives', (body) => `version ${String(body.version)}`),
      check('/readyz', 'it should get traffic', (body) => String(body.status)),
    ]);
  }

  #sendTest = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { to } = fieldsOf(event.target as HTMLFormElement);
    await this.#doing.run(async () =>
      wordsOfTest(await request<TestResult>('POST', '/api/v1/email/test', { to })),
    );
  };

  static override styles = [
    adminStyles,
    css`
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr));
        gap: 16px;
        align-items: start;
        margin-bottom: 16px;
      }
      .cards .card {
        margin: 0;
      }
      /* The tallest stands beside the two others. */
      @media (min-width: 1000px) {
        .cards .card:nth-child(2) {
          grid-row: span 2;
        }
      }
      h2 {
        margin-bottom: 12px;
      }
      .list {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      .list li {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 12px;
        align-items: center;
        padding: 9px 0;
      }
      .list li + li {
        border-top: 1px solid var(--bellhop-line);
      }
      .list .hint {
        flex: 1 1 200px;
      }
      .test {
        display: flex;
        flex-wrap: wrap;
        gap: 10px;
        align-items: end;
        margin-top: 14px;
        padding-top: 14px;
        border-top: 1px solid var(--bellhop-line);
      }
      .test .entry {
        flex: 1 1 200px;
      }
      .test .trouble {
        flex: 1 1 100%;
      }
    `,
  ];
}

/** How a test email ended: words when the server took it; else a trouble with what the server itself said. */
export function wordsOfTest({ outcome, why, detail }: TestResult): string {
  if (outcome === 'sent') return 'The mail server took it. Look into the mailbox.';
  const reason = why ? `${whyWords(why)}. ` : '';
  throw new Trouble(
    'invalid',
    `It was not sent. ${reason}${detail ? `The mail server said: ${detail}` : ''}`.trim(),
  );
}

async function check(
  path: string,
  about: string,
  words: (body: Record<string, unknown>) => string,
): Promise<Health> {
  try {
    const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(5_000) });
    return {
      path,
      about,
      status: answer.status,
      words: words((await answer.json()) as Record<string, unknown>),
    };
  } catch {
    return { path, about, status: null, words: 'it did not answer' };
  }
}
