// The versions of a template, the newest first, each to be put in force again.
import { html, nothing, type TemplateResult } from 'lit';
import type { Asked } from './asking';
import { pill, plain, timeOf, troubleBox } from './parts';

export interface Wording {
  subject: string;
  text: string;
  html: string | null;
}

export interface Version extends Wording {
  version: number;
  active: boolean;
  author: string;
  created_at: string;
}

export function versionsView(
  asked: Asked<{ items: Version[] }>,
  restore: (version: Version) => void,
): TemplateResult {
  const { value, trouble } = asked;
  return html`<section>
    <h2 class="over">Versions</h2>
    ${troubleBox(trouble, () => asked.load())}
    ${
      value?.items.length
        ? html`<ul class="rows">
            ${value.items.map(
              (version) =>
                html`<li>
                  <div class="row">
                    <div class="main">
                      <span class="title">Version ${version.version}</span>
                      <span class="small muted">${plain(version.subject || version.text.slice(0, 100))}</span>
                    </div>
                    <div class="side">
                      ${version.active ? pill('active', 'in force') : nothing}
                      <span>${plain(version.author)}, ${timeOf(version.created_at)}</span>
                      ${
                        version.active
                          ? nothing
                          : html`<button
                              class="button small"
                              type="button"
                              aria-label="Restore version ${version.version}"
                              @click=${() => restore(version)}
                            >
                              Restore
                            </button>`
                      }
                    </div>
                  </div>
                </li>`,
            )}
          </ul>`
        : value
          ? html`<p class="hint">The shipped wording is in force, and no other was saved yet.</p>`
          : nothing
    }
  </section>`;
}
