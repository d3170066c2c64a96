// Numbers that get no text messages, and addresses to which no email is sent any more: who, since when, why; put in by
// hand, and let go again.
import { css, html, LitElement, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import { icons } from '../elements/icons';
import { adminStyles } from './admin_styles';
import { ask, query, request, type Listed } from './api';
import { Doing, Pages } from './asking';
import { empty, fieldsOf, head, outcomeOf, plain, timeOf, troubleBox, listOf } from './parts';
import { whyWords } from './words';

interface OptOut {
  phone: string;
  source: string;
  by: string | null;
  created_at: string;
  agents: string[];
}

interface Suppression {
  address: string;
  reason: string;
  suppressed_at: string;
}

const OPT_OUTS = '/api/v1/sms/opt-outs';
const SUPPRESSIONS = '/api/v1/email/suppressions';
const SOURCES: Record<string, string> = {
  admin: 'by an administrator',
  stop: 'they answered STOP',
  provider: 'the provider says so',
};

export class AdminBlocked extends LitElement {
  /** What is let go, once it is confirmed. */
  @state() private released: { what: string; path: string; note: string } | null = null;
  #numbers = new Pages<OptOut>(this, (after, signal) =>
    ask<Listed<OptOut>>(`${OPT_OUTS}${query({ after })}`, signal),
  );
  #addresses = new Pages<Suppression>(this, (after, signal) =>
    ask<Listed<Suppression>>(`${SUPPRESSIONS}${query({ after })}`, signal),
  );
  #doing = new Doing(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#numbers.load();
    void this.#addresses.load();
  }

  override render() {
    return html`${head('Not to be reached', 'Numbers that get no text messages, and addresses that get no email.')}
      ${outcomeOf(this.#doing)}
      <section aria-labelledby="numbers">
        <h2 id="numbers">Text messages</h2>
        <form class="filters" @submit=${this.#add}>
          <label class="entry">
            <span>Number or agent</span>
            <input name="who" required autocomplete="off" placeholder="+15550100123, or an agent’s id" />
          </label>
          <button class="button" ?disabled=${this.#doing.isBusy}>${icons.plus} Send none there</button>
        </form>
        ${this.#page(this.#numbers, (items) => this.#optOuts(items))}
      </section>
      <section aria-labelledby="addresses">
        <h2 id="addresses">Email</h2>
        ${this.#page(this.#addresses, (items) => this.#suppressions(items))}
      </section>
      ${this.#dialog()}`;
  }

  #page<T>(pages: Pages<T>, view: (items: T[]) => unknown) {
    const { asked } = pages;
    return html`${troubleBox(asked.trouble, () => pages.load())} ${listOf(pages, view)}`;
  }

  #optOuts(items: OptOut[]) {
    if (items.length === 0)
      return empty(
        'Every number may get text messages.',
        'Who answers STOP appears here by themself; others are put in above.',
      );
    return html`<ul class="rows">
      ${items.map(({ phone, source, by, created_at, agents }) =>
        this.#row(
          phone,
          html`${agents.length ? html`${plain(agents.join(', '))}, ` : nothing}${SOURCES[source] ?? source}${
            by ? html` (${plain(by)})` : nothing
          }`,
          created_at,
          {
            what: phone,
            path: `${OPT_OUTS}/${encodeURIComponent(phone)}`,
            note: 'Who told the provider STOP still gets none from it until they send it START.',
          },
        ),
      )}
    </ul>`;
  }

  #suppressions(items: Suppression[]) {
    if (items.length === 0)
      return empty(
        'No address is kept back.',
        'A mailbox that does not exist, or that sends back too much, appears here by itself, and so does who unsubscribed.',
      );
    return html`<ul class="rows">
      ${items.map(({ address, reason, suppressed_at }) =>
        this.#row(address, html`${plain(whyWords(reason))}`, suppressed_at, {
          what: address,
          path: `${SUPPRESSIONS}/${encodeURIComponent(address)}`,
          note: 'What came back from it is forgotten.',
        }),
      )}
    </ul>`;
  }

  #row(name: string, about: unknown, since: string, released: { what: string; path: string; note: string }) {
    return html`<li>
      <div class="row">
        <div class="main">
          <span class="title">${plain(name)}</span><span class="small muted">${about}</span>
        </div>
        <div class="side">
          <span>since ${timeOf(since)}</span>
          <button
            class="button small"
            type="button"
            aria-label="Send again to ${name}"
            @click=${() => (this.released = released)}
          >
            Send again
          </button>
        </div>
      </div>
    </li>`;
  }

  #dialog() {
    const { released } = this;
    if (!released) return nothing;
    return html`<admin-dialog heading="Send there again?" @dialog-close=${() => (this.released = null)}>
      <p>${plain(released.what)} may get messages again. ${released.note}</p>
      <div class="end">
        <button class="button" type="button" @click=${() => (this.released = null)}>Leave it</button>
        <button class="button primary" type="button" @click=${() => this.#release(released)}>
          Send again
        </button>
      </div>
    </admin-dialog>`;
  }

  #add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const { who = '' } = fieldsOf(form);
    // A number has a plus and digits; whatever else is an agent's id.
    const isNumber = /^\+?[\d\s().-]+$/.test(who);
    const isDone = await this.#doing.run(async () => {
      const path = isNumber ? `${OPT_OUTS}/${encodeURIComponent(who)}` : `${OPT_OUTS}/agent`;
      const { phone } = await request<OptOut>('PUT', path, isNumber ? undefined : { agent: who });
      return `${phone} gets no text messages any more.`;
    });
    if (!isDone) return;
    form.reset();
    await this.#numbers.load();
  };

  async #release({ what, path }: { what: string; path: string }): Promise<void> {
    await this.#doing.run(async () => {
      await request('DELETE', path);
      return `${what} may be reached again.`;
    });
    this.released = null;
    await Promise.all([this.#numbers.load(), this.#addresses.load()]);
  }

  static override styles = [
    adminStyles,
    css`
      section + section {
        margin-top: 32px;
      }
      h2 {
        margin-bottom: 10px;
      }
      .filters .entry {
        flex: 1 1 240px;
        max-width: 340px;
      }
    `,
  ];
}
