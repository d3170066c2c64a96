// `/docs`: the API to read and to try, from the hub's own `/openapi.json`. No CDN, nothing but this hub.
import { css, html, LitElement, nothing } from 'lit';
import { state } from 'lit/decorators.js';
import { controls, theme } from '../elements/theme';
import { pageStyles } from '../home/page_styles';
import { topBar } from '../home/top_bar';
import { markup } from './markup';
import { groupsOf, type Document, type Endpoint, type Group } from './openapi';

export class BellhopDocs extends LitElement {
  @state() private document: Document | null = null;
  @state() private error: string | null = null;
  @state() private filter = '';
  @state() private token = '';
  @state() private target = location.hash.slice(1);

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override render() {
    return html`${topBar('/docs', html`<a class="button raw" href="/openapi.json">openapi.json</a>`)}
    ${this.#content()}`;
  }

  #content() {
    const { document } = this;
    if (this.error)
      return html`<p class="wait" role="alert">The description cannot be read: ${this.error}</p>`;
    if (!document) return html`<p class="wait" aria-busy="true">Reading the description…</p>`;
    const groups = this.#groups(document);
    return html`<div class="page">
      <nav class="side" aria-label="Endpoints">
        <input
          type="search"
          placeholder="Find an endpoint"
          aria-label="Find an endpoint"
          @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
        />
        ${groups.map((group) => this.#sideGroup(group))}
      </nav>
      <main>
        <h1>${document.info.title} <small>${document.info.version}</small></h1>
        <div class="about">${markup(document.info.description)}</div>
        ${this.#auth()} ${groups.map((group) => this.#group(document, group))}
        ${groups.length === 0 ? html`<p class="muted">Nothing matches “${this.filter}”.</p>` : nothing}
      </main>
    </div>`;
  }

  #auth() {
    return html`<label class="auth card">
      <span
        ><strong>Token for “Try it”</strong>
        <span class="muted"
          >An API key or an agent's token; kept in this page only. Without it your session is used.</span
        ></span
      >
      <input
        type="password"
        autocomplete="off"
        spellcheck="false"
        @input=${(event: Event) => (this.token = (event.target as HTMLInputElement).value.trim())}
      />
    </label>`;
  }

  #sideGroup({ name, endpoints }: Group) {
    return html`<h3>${name}</h3>
      <ul>
        ${endpoints.map(
          ({ id, method, path }) =>
            html`<li>
              <a href="#${id}" @click=${() => (this.target = id)}>
                <span class="verb ${method.toLowerCase()}">${method === 'DELETE' ? 'DEL' : method}</span>
                <span class="where">${path.replace('/api/v1', '')}</span>
              </a>
            </li>`,
        )}
      </ul>`;
  }

  #group(document: Document, { name, description, endpoints }: Group) {
    return html`<section>
      <h2>${name}</h2>
      ${markup(description)}
      ${endpoints.map(
        (endpoint) =>
          html`<docs-endpoint
            id=${endpoint.id}
            .document=${document}
            .endpoint=${endpoint}
            .token=${this.token}
            ?open=${endpoint.id === this.target}
          ></docs-endpoint>`,
      )}
    </section>`;
  }

  #groups(document: Document): Group[] {
    const words = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ method, path, operation }: Endpoint) => {
      const text = `${method} ${path} ${operation.summary ?? ''}`.toLowerCase();
      return words.every((word) => text.includes(word));
    };
    return groupsOf(document)
      .map((group) => ({ ...group, endpoints: group.endpoints.filter(fits) }))
      .filter(({ endpoints }) => endpoints.length > 0);
  }

  async #load(): Promise<void> {
    try {
      const answer = await fetch('/openapi.json');
      if (!answer.ok) throw new Error(`the hub answered ${answer.status}`);
      this.document = (await answer.json()) as Document;
      await this.updateComplete;
      if (this.target) this.renderRoot.querySelector(`#${CSS.escape(this.target)}`)?.scrollIntoView();
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
    }
  }

  static override styles = [
    theme,
    controls,
    pageStyles,
    css`
      .wait {
        padding: 20vh 24px;
        text-align: center;
        color: var(--bellhop-muted);
      }
      .page {
        display: grid;
        grid-template-columns: 290px minmax(0, 1fr);
        max-width: 1280px;
        margin: 0 auto;
      }
      .side {
        position: sticky;
        top: 57px;
        display: block;
        height: calc(100dvh - 57px);
        padding: 24px 16px 40px 20px;
        overflow-y: auto;
        scrollbar-width: thin;
      }
      .side input {
        width: 100%;
      }
      .side h3 {
        margin: 20px 8px 4px;
        font-size: 13px;
        font-weight: 620;
        text-transform: capitalize;
      }
      .side ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      .side a {
        display: flex;
        gap: 8px;
        padding: 4px 8px;
        font-size: 13px;
        font-weight: 450;
      }
      .where {
        overflow-wrap: anywhere;
      }
      .verb {
        flex: none;
        width: 40px;
        font-size: 11px;
        font-weight: 700;
        line-height: 1.7;
      }
      .get {
        color: var(--bellhop-blue);
      }
      .post {
        color: var(--bellhop-green);
      }
      .put,
      .patch {
        color: var(--bellhop-amber);
      }
      .delete {
        color: var(--bellhop-red);
      }
      main {
        padding: 32px 24px 80px;
      }
      h1 small {
        font-size: 15px;
        font-weight: 500;
        color: var(--bellhop-muted);
      }
      .about {
        display: grid;
        gap: 8px;
        max-width: 76ch;
        margin-top: 10px;
        color: var(--bellhop-muted);
      }
      .auth {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 280px;
        align-items: center;
        gap: 12px 24px;
        margin-top: 20px;
        padding: 14px 18px;
      }
      .auth > span {
        display: grid;
        font-size: 14px;
      }
      section {
        display: grid;
        gap: 8px;
        margin-top: 36px;
      }
      h2 {
        font-size: 19px;
        margin-bottom: 4px;
        text-transform: capitalize;
      }
      @media (max-width: 900px) {
        .page {
          grid-template-columns: minmax(0, 1fr);
        }
        .side {
          display: none;
        }
        .auth {
          grid-template-columns: minmax(0, 1fr);
        }
        .raw {
          display: none;
        }
        main {
          padding: 24px 16px 60px;
        }
      }
    `,
  ];
}
