// Every mail and text message there is: which are as shipped, which have an own wording; each opens its editor.
import { html, LitElement, nothing } from 'lit';
import { property } from 'lit/decorators.js';
import { adminStyles } from './admin_styles';
import { ask } from './api';
import { Asked } from './asking';
import { empty, head, pill, plain, troubleBox, waiting } from './parts';
import { hrefOf } from './places';

export interface Template {
  name: string;
  about: string;
  medium: string;
  for_contacts: boolean;
  version: number | null;
  subject: string;
  text: string;
  html: string | null;
}

export interface MergeField {
  name: string;
  about: string;
}

interface Templates {
  items: Template[];
  merge_fields: MergeField[];
}

export class AdminTemplates extends LitElement {
  /** The name of the template in the editor. */
  @property({ attribute: false }) open: string | null = null;
  #asked = new Asked<Templates>(this, (signal) => ask<Templates>('/api/v1/templates', signal));

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#asked.load();
  }

  override render() {
    const { value, trouble } = this.#asked;
    if (!value)
      return html`${head('Templates', 'The wording of every mail and text message.')}
      ${trouble ? troubleBox(trouble, () => this.#asked.load()) : waiting()}`;
    return this.open === null ? this.#list(value) : this.#editor(value, this.open);
  }

  #list({ items }: Templates) {
    const group = (title: string, fits: (template: Template) => boolean) =>
      html`<section>
        <h2 class="over">${title}</h2>
        <ul class="rows">
          ${items.filter(fits).map(
            ({ name, about, subject, text, version }) =>
              html`<li>
                <a class="row" href=${hrefOf('templates', name)}>
                  <span class="main">
                    <span class="title">${about}</span>
                    <span class="small muted">${plain(subject || text.slice(0, 120))}</span>
                  </span>
                  <span class="side"
                    >${version === null ? pill('shipped', 'as shipped') : pill('stored', `version ${version}`)}</span
                  >
                </a>
              </li>`,
          )}
        </ul>
      </section>`;
    return html`${head('Templates', 'The wording of every mail and text message. Each version is kept and can be put in force again.')}
      ${group('Emails to staff', ({ medium, for_contacts }) => medium === 'email' && !for_contacts)}
      ${group('Emails to customers', ({ medium, for_contacts }) => medium === 'email' && for_contacts)}
      ${group('Text messages', ({ medium }) => medium === 'sms')}
      <p class="hint">
        <br />What the bell says is set under
        <a class="link" href=${hrefOf('settings', 'rules')}>Rules of the bell</a>.
      </p>`;
  }

  #editor({ items, merge_fields }: Templates, open: string) {
    const template = items.find(({ name }) => name === open);
    return html`<p><a class="link" href=${hrefOf('templates')}>All templates</a></p>
      ${
        template
          ? html`<admin-template
              .template=${template}
              .mergeFields=${merge_fields}
              @template-saved=${() => this.#asked.load()}
            ></admin-template>`
          : empty(
              'There is no template of this name.',
              html`<a class="link" href=${hrefOf('templates')}>All templates</a>`,
            )
      }
      ${template ? troubleBox(this.#asked.trouble, () => this.#asked.load()) : nothing}`;
  }

  static override styles = [adminStyles];
}
