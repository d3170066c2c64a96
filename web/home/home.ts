// `/`: what this is, who is signed in, and the ways from here. For installations without a demo this is where a
// person tries the bell first.
import { css, html, LitElement, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import type { Agent, Me } from '../client/protocol';
import { controls, theme } from '../elements/theme';
import { currentLocale, speak, t, WordsController } from '../elements/words';
import { pageStyles } from './page_styles';
import { signOut } from './session';
import { topBar } from './top_bar';

export class BellhopHome extends LitElement {
  /** Undefined until the hub has answered. */
  @state() private agent: Agent | null | undefined;
  @state() private isReachable = true;

  constructor() {
    super();
    new WordsController(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Until it is known who sits here; then the bell turns to the agent's language.
    void speak(navigator.language);
    void this.#whoAmI();
  }

  protected override updated(): void {
    document.documentElement.lang = currentLocale();
  }

  override render() {
    const { agent } = this;
    return html`${topBar('/', agent ? html`<bellhop-bell all-url="/notifications"></bellhop-bell>` : nothing)}
      <main>
        <section class="intro">
          <h1>${t('Every helpdesk event rings the right bell.')}</h1>
          <p>
            ${t('Bellhop hears from your helpdesk what happened, decides who should know and why, and rings that person’s bell within milliseconds. Whoever was away finds it when they are back.')}
          </p>
          <div class="ways">
            <a class="card way" href="/notifications"
              ><strong>${t('Notifications')}</strong><span>${t('The list, made for phones')}</span></a
            >
            <a class="card way" href="/docs"
              ><strong>API</strong><span>${t('Every endpoint, to read and to try')}</span></a
            >
            ${
              agent?.role === 'admin'
                ? html`<a class="card way" href="/admin"
                    ><strong>${t('Administration')}</strong
                    ><span>${t('Figures, rules, people, templates, keys')}</span></a
                  >`
                : nothing
            }
          </div>
          <h2>${t('The bell in your own page')}</h2>
          <pre class="card code" tabindex="0">${snippet()}</pre>
        </section>
        <aside>${this.#session()}</aside>
      </main>`;
  }

  #session() {
    const { agent } = this;
    if (!this.isReachable)
      return html`<p class="card note" role="alert">${t('The hub cannot be reached just now.')}</p>`;
    if (agent === undefined) return nothing;
    if (agent === null) return html`<bellhop-sign-in @signed-in=${this.#whoAmI}></bellhop-sign-in>`;
    return html`<div class="card note">
      <span class="muted">${t('Signed in as')}</span>
      <strong class="who">${agent.name}</strong>
      <span class="muted">${agent.email ?? agent.id}</span>
      <p>${t('Your bell is in the corner above. It rings as soon as something is for you.')}</p>
      <button class="button sign-out" type="button" @click=${this.#signOut}>${t('Sign out')}</button>
    </div>`;
  }

  #whoAmI = async (): Promise<void> => {
    try {
      const answer = await fetch('/api/v1/me', { cache: 'no-store' });
      this.agent = answer.ok ? ((await answer.json()) as Me).agent : null;
    } catch {
      this.isReachable = false;
    }
  };

  #signOut = async (): Promise<void> => {
    await signOut();
    this.agent = null;
  };

  static override styles = [
    theme,
    controls,
    pageStyles,
    css`
      main {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 340px;
        gap: 48px;
        max-width: 1040px;
        margin: 0 auto;
        padding: 64px 24px;
      }
      .intro {
        display: grid;
        gap: 18px;
        align-content: start;
      }
      h1 {
        font-size: clamp(28px, 4.2vw, 42px);
        font-weight: 720;
        text-wrap: balance;
      }
      h2 {
        margin-top: 18px;
        font-size: 18px;
      }
      .intro p {
        max-width: 56ch;
        font-size: 17px;
        color: var(--bellhop-muted);
      }
      .ways {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
        gap: 12px;
        margin-top: 8px;
      }
      .way {
        display: grid;
        gap: 2px;
        padding: 16px 18px;
        text-decoration: none;
      }
      .way:hover {
        border-color: var(--bellhop-accent);
      }
      .way span {
        font-size: 14px;
        color: var(--bellhop-muted);
      }
      .code {
        margin: 0;
        padding: 16px 18px;
        overflow-x: auto;
        line-height: 1.6;
      }
      .note {
        display: grid;
        gap: 4px;
        padding: 24px;
      }
      .note p {
        margin: 10px 0;
      }
      .who {
        font-size: 19px;
      }
      @media (max-width: 820px) {
        main {
          grid-template-columns: minmax(0, 1fr);
          gap: 28px;
          padding: 32px 20px;
        }
        aside {
          order: -1;
        }
      }
    `,
  ];
}

function snippet(): string {
  return `<script type="module" src="${location.origin}/bell.js"></script>
<bellhop-bell token="…"></bellhop-bell>`;
}
