// One endpoint of the API page: what it is for, what goes in, what comes out, and "Try it".
import { html, LitElement, nothing } from 'lit';
import { property, state } from 'lit/decorators.js';
import { controls } from '../elements/theme';
import { pageStyles } from '../home/page_styles';
import { endpointStyles } from './endpoint_styles';
import { markup } from './markup';
import { follow, propertiesOf, refName, typeText } from './openapi';
import type { Body, Document, Endpoint, Schema } from './openapi';

const DEEPEST = 4;

export class DocsEndpoint extends LitElement {
  @property({ attribute: false }) document!: Document;
  @property({ attribute: false }) endpoint!: Endpoint;
  @property({ attribute: false }) token = '';
  @property({ type: Boolean, reflect: true }) open = false;
  @state() private isTrying = false;

  override render() {
    const { method, path, operation } = this.endpoint;
    return html`<details .open=${this.open} @toggle=${this.#onToggle}>
      <summary>
        <span class="method ${method.toLowerCase()}">${method}</span>
        <code class="path">${path}</code>
        <span class="summary">${operation.summary ?? ''}</span>
      </summary>
      ${this.open ? this.#inside() : nothing}
    </details>`;
  }

  #inside() {
    const { operation } = this.endpoint;
    const { isTrying } = this;
    return html`<div class="inside">
      <div class="description">${markup(operation.description)}</div>
      ${this.#parameters()} ${operation.requestBody ? this.#body('Body', operation.requestBody) : nothing}
      <h3>Answers</h3>
      ${Object.entries(operation.responses ?? {}).map(([status, body]) => this.#answer(status, body))}
      <button
        class="button try"
        type="button"
        aria-expanded=${isTrying}
        @click=${() => (this.isTrying = !isTrying)}
      >
        ${isTrying ? 'Close' : 'Try it'}
      </button>
      ${
        isTrying
          ? html`<docs-try
              .document=${this.document}
              .endpoint=${this.endpoint}
              .token=${this.token}
            ></docs-try>`
          : nothing
      }
    </div>`;
  }

  #parameters() {
    const { parameters = [] } = this.endpoint.operation;
    if (parameters.length === 0) return nothing;
    return html`<h3>Parameters</h3>
      <dl>
        ${parameters.map(
          ({ name, in: place, required, description, schema }) =>
            html`<div>
              <dt>
                <code>${name}</code>${required ? html`<em class="required">required</em>` : nothing}<em
                  >${place}</em
                >
              </dt>
              <dd>
                <span class="type">${typeText(this.document, schema ?? {})}</span>${markup(description)}
              </dd>
            </div>`,
        )}
      </dl>`;
  }

  #body(title: string, given: Body) {
    const body = follow(this.document, given);
    const [media, content] = Object.entries(body.content ?? {})[0] ?? [];
    return html`<h3>${title} ${media ? html`<em>${media}</em>` : nothing}</h3>
      ${markup(body.description)} ${content?.schema ? this.#schema(content.schema, 0) : nothing}`;
  }

  #answer(status: string, given: Body) {
    const body = follow(this.document, given);
    const schema = Object.values(body.content ?? {})[0]?.schema;
    const tone = status.startsWith('2') ? 'good' : 'muted';
    return html`<div class="response">
      <span class="status ${tone}">${status}</span>
      <div>${markup(body.description)} ${schema ? this.#schema(schema, 0) : nothing}</div>
    </div>`;
  }

  #schema(schema: Schema, depth: number): unknown {
    const whole = follow(this.document, schema);
    const inner = whole.items ? follow(this.document, whole.items) : whole;
    const properties = propertiesOf(this.document, inner);
    if (properties.length === 0 || depth > DEEPEST) {
      return html`<p class="type">${typeText(this.document, schema)}</p>`;
    }
    const name = refName(whole.items ?? schema);
    return html`<details class="schema" ?open=${depth === 0 && properties.length <= 8}>
      <summary>
        ${whole.items ? 'List of ' : ''}${name ?? 'object'}
        <em>${properties.length} ${properties.length === 1 ? 'field' : 'fields'}</em>
      </summary>
      <dl>
        ${properties.map(
          ([key, property, required]) =>
            html`<div>
              <dt><code>${key}</code>${required ? html`<em class="required">required</em>` : nothing}</dt>
              <dd>${this.#propertyText(property, depth)}</dd>
            </div>`,
        )}
      </dl>
    </details>`;
  }

  #propertyText(property: Schema, depth: number) {
    const { description } = follow(this.document, property);
    const nested = (property.oneOf ?? property.anyOf)?.find((option) => option.$ref) ?? property;
    const target = follow(this.document, nested.items ?? nested);
    const hasFields = propertiesOf(this.document, target).length > 0;
    return html`${
      hasFields
        ? this.#schema(nested, depth + 1)
        : html`<span class="type">${typeText(this.document, property)}</span>`
    }
    ${markup(property.description ?? description)}`;
  }

  #onToggle = (event: Event): void => {
    this.open = (event.target as HTMLDetailsElement).open;
  };

  static override styles = [controls, pageStyles, endpointStyles];
}
