// The bar on top of the bundled pages: name, where one can go, and room for what the page puts at the right.
import { html, nothing, type TemplateResult } from 'lit';
import { icons } from '../elements/icons';
import { t } from '../elements/words';

const PLACES = [
  ['/', 'Home'],
  ['/notifications', 'Notifications'],
  ['/docs', 'API'],
] as const;

export function topBar(here: string, right: unknown = null): TemplateResult {
  return html`<header class="bar">
    <a class="brand" href="/"><span class="logo">${icons.bell}</span><span>Bellhop</span></a>
    <nav aria-label=${t('Pages')}>
      ${PLACES.map(
        ([path, name]) =>
          html`<a href=${path} aria-current=${path === here ? 'page' : nothing}>${t(name)}</a>`,
      )}
    </nav>
    <span class="grow"></span>
    ${right}
  </header>`;
}
