// What was sent to one webhook, what came of it, and sending it again.
import { css, html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { adminStyles } from './admin_styles';
import { ask, query, request, type Listed } from './api';
import { Doing, Pages } from './asking';
import { empty, outcomeOf, pill, plain, timeOf, troubleBox, listOf } from './parts';

export interface WebhookMessage {
  id: string;
  type: string;
  state: string;
  attempts: number;
  due_at: string | null;
  last_status: number | null;
  last_error: string | null;
  created_at: string;
  updated_at: string;
  body: string;
}

export class AdminWebhookLog extends LitElement {
  @property({ attribute: false }) webhook = '';
  @state() private wanted = '';
  #doing = new Doing(this);
  #pages = new Pages<WebhookMessage>(this, (before, signal) =>
    ask<Listed<WebhookMessage>>(`${this.#path}${query({ state: this.wanted, before })}`, signal),
  );

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('webhook') || changed.has('wanted')) {
      this.#pages.asked.reset();
      void this.#pages.load();
    }
  }

  override render() {
    const { asked } = this.#pages;
    return html`<div class="bar-line">
        <h2>What it was told</h2>
        <label class="entry">
          <span class="hidden-text">State</span>
          <select @change=${(event: Event) => (this.wanted = (event.target as HTMLSelectElement).value)}>
            <option value="">All</option>
            ${['pending', 'delivered', 'failed'].map((each) => html`<option value=${each}>${each}</option>`)}
          </select>
        </label>
        <button class="button small" type="button" @click=${() => this.#pages.load()}>Look again</button>
      </div>
      ${troubleBox(asked.trouble, () => this.#pages.load())} ${outcomeOf(this.#doing)}
      ${listOf(this.#pages, (items) => this.#messages(items), 'Older ones')}`;
  }

  get #path(): string {
    return `/api/v1/webhooks/${encodeURIComponent(this.webhook)}/messages`;
  }

  #messages(items: WebhookMessage[]) {
    if (items.length === 0)
      return empty(
        this.wanted ? `None is ${this.wanted}.` : 'Nothing was sent yet.',
        'A message comes with the next thing that this webhook hears of. They are kept for 30 days.',
      );
    return html`<ul class="rows">
      ${items.map(
        (message) =>
          html`<li>
            <div class="row">
              <div class="main">
                <span class="title">${plain(message.type)}</span>
                <span class="small muted">${this.#story(message)}</span>
                <details>
                  <summary class="small">What is sent</summary>
                  <pre class="mono" tabindex="0">${pretty(message.body)}</pre>
                </details>
              </div>
              <div class="side">
                ${pill(message.state)} ${timeOf(message.updated_at)}
                <button
                  class="button small"
                  type="button"
                  ?disabled=${this.#doing.isBusy}
                  aria-label="Send again: ${message.type}"
                  @click=${() => this.#replay(message)}
                >
                  Send again
                </button>
              </div>
            </div>
          </li>`,
      )}
    </ul>`;
  }

  #story({ attempts, last_status, last_error, due_at }: WebhookMessage) {
    const tries = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
    return html`${tries}${last_status === null ? '' : `, last answer ${last_status}`}${
      due_at ? html`, next ${timeOf(due_at)}` : nothing
    }${last_error ? html`: ${plain(last_error)}` : nothing}`;
  }

  async #replay({ id }: WebhookMessage): Promise<void> {
    const isDone = await this.#doing.run(async () => {
      await request('POST', `${this.#path}/${encodeURIComponent(id)}/replay`);
      return 'It is sent again, under the same id.';
    });
    if (isDone) await this.#pages.load();
  }

  static override styles = [
    adminStyles,
    css`
      .bar-line {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 10px;
        margin: 22px 0 12px;
      }
      h2 {
        flex: 1;
      }
      summary {
        cursor: pointer;
        color: var(--bellhop-muted);
      }
      pre {
        max-height: 320px;
        margin: 8px 0 0;
        padding: 12px 14px;
        overflow: auto;
        border-radius: 9px;
        background: var(--bellhop-raised);
      }
    `,
  ];
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
