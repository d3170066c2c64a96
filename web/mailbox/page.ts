// `/mailbox`: what `bellhop demo` emailed, to whomever. A list that follows by itself, and the email chosen from it as
// its reader sees it, or as plain text.
import { html, LitElement, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import { icons } from '../elements/icons';
import { fullTime, relativeTime } from '../elements/relative_time';
import { controls, theme } from '../elements/theme';
import { pageStyles } from '../home/page_styles';
import { addressOf, loadMails, loadText, type MailListed } from './mails';
import { mailboxStyles } from './page_styles';

const EVERY_MS = 3_000;

export class BellhopMailbox extends LitElement {
  /** Undefined until the hub has answered. */
  @state() private mails: MailListed[] | undefined;
  @state() private chosen: string | null = null;
  /** The plain text of the one chosen; null where its HTML is shown. */
  @state() private text: string | null = null;
  @state() private problem: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#onVisible);
    window.addEventListener('hashchange', this.#onHash);
    this.#onHash();
    void this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#onVisible);
    window.removeEventListener('hashchange', this.#onHash);
    clearTimeout(this.#timer);
  }

  override render() {
    const { mails, chosen, problem } = this;
    return html`<header class="bar">
        <a class="brand" href="/panel"><span class="logo">${icons.bell}</span><span>Demo mailbox</span></a>
        <span class="grow"></span>
        <a class="button" href="/panel">Desk</a>
      </header>
      <main class=${chosen ? 'has-mail' : ''}>
        <nav class="mails" aria-label="Emails">
          <h1>${mails?.length ? `${mails.length} emailed` : 'Emails'}</h1>
          ${problem ? html`<p class="note" role="alert">${problem}</p>` : nothing} ${this.#list()}
        </nav>
        ${this.#mail()}
      </main>`;
  }

  #list() {
    const { mails } = this;
    if (!mails) return nothing;
    if (mails.length === 0)
      return html`<p class="note">
        Nothing was emailed yet. At the desk, assign a ticket to somebody: it comes within a second or two.
      </p>`;
    const now = Date.now();
    return html`<ul>
      ${mails.map(
        ({ id, to, subject, date }) =>
          html`<li>
            <a href="#${id}" aria-current=${id === this.chosen ? 'true' : nothing}>
              <span class="subject">${subject || '(no subject)'}</span>
              <span class="muted"
                ><span class="to">${to}</span
                ><time datetime=${date} title=${fullTime(date)}>${relativeTime(date, now)}</time></span
              >
            </a>
          </li>`,
      )}
    </ul>`;
  }

  #mail() {
    const { chosen, text } = this;
    if (!chosen)
      return html`<section class="nothing">
        <span class="big">${icons.ticket}</span>
        <p class="muted">Choose an email.</p>
      </section>`;
    const mail = this.mails?.find(({ id }) => id === chosen);
    return html`<section class="mail" aria-label="Email">
      <header>
        <a class="back link" href="#">All emails</a>
        <h2>${mail?.subject ?? ''}</h2>
        <p class="muted">${mail ? `${mail.from} to ${mail.to}` : nothing}</p>
        <button class="button" type="button" aria-pressed=${text !== null} @click=${this.#toggleText}>
          Plain text
        </button>
      </header>
      ${
        text === null
          ? html`<iframe
              title="The email"
              src=${addressOf(chosen)}
              sandbox="allow-popups allow-popups-to-escape-sandbox"
              referrerpolicy="no-referrer"
            ></iframe>`
          : html`<pre tabindex="0">${text}</pre>`
      }
    </section>`;
  }

  #toggleText = async (): Promise<void> => {
    const { chosen } = this;
    if (!chosen || this.text !== null) {
      this.text = null;
      return;
    }
    try {
      const text = await loadText(chosen);
      // Another one may have been chosen meanwhile.
      if (chosen === this.chosen) this.text = text;
    } catch (error) {
      this.problem = (error as Error).message;
    }
  };

  #onHash = (): void => {
    this.chosen = location.hash.slice(1) || null;
    this.text = null;
  };

  #onVisible = (): void => {
    if (document.visibilityState === 'visible') void this.#follow();
  };

  /** Asks now, and again later as long as somebody can see it. */
  async #follow(): Promise<void> {
    clearTimeout(this.#timer);
    try {
      this.mails = await loadMails();
      this.problem = null;
    } catch (error) {
      this.problem = `The mailbox cannot be read. ${(error as Error).message}`;
    }
    clearTimeout(this.#timer);
    if (this.isConnected && document.visibilityState === 'visible') {
      this.#timer = setTimeout(() => void this.#follow(), EVERY_MS);
    }
  }

  static override styles = [theme, controls, pageStyles, mailboxStyles];
}
