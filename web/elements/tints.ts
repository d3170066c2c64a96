// The tinted disc that carries a notification's type icon, with the green eye of a watched ticket (R-030).
import { css, html, type TemplateResult } from 'lit';
import type { Notification } from '../client/protocol';
import { icons } from './icons';
import { kindOf } from './kinds';
import { t } from './words';

export function typeIcon(notification: Notification): TemplateResult {
  const { icon, tint, label } = kindOf(notification);
  const isWatching = notification.reason === 'watching';
  return html`<span class="disc ${tint}" part="type-icon" data-type=${notification.type}>
    ${icon}<span class="hidden-text">${t(label)}: </span>
    ${
      isWatching
        ? html`<span class="eye" part="watching-icon" title=${t('You watch this ticket')}>${icons.eye}</span>`
        : null
    }
  </span>`;
}

export const tintStyles = css`
  .disc {
    --tint: var(--bellhop-gray);
    position: relative;
    display: grid;
    place-items: center;
    flex: none;
    width: 36px;
    height: 36px;
    border-radius: 50%;
    font-size: 19px;
    color: var(--tint);
    background: color-mix(in srgb, var(--tint) 12%, transparent);
  }
  .indigo {
    --tint: var(--bellhop-indigo);
  }
  .violet {
    --tint: var(--bellhop-violet);
  }
  .blue {
    --tint: var(--bellhop-blue);
  }
  .red {
    --tint: var(--bellhop-red);
  }
  .amber {
    --tint: var(--bellhop-amber);
  }
  .green {
    --tint: var(--bellhop-green);
  }
  .eye {
    position: absolute;
    inset-inline-end: -6px;
    bottom: -6px;
    display: grid;
    place-items: center;
    width: 22px;
    height: 22px;
    border-radius: 50%;
    font-size: 16px;
    color: var(--bellhop-green);
    background: var(--bellhop-surface);
    box-shadow: 0 0 0 1px var(--bellhop-line);
  }
  .watching {
    color: var(--bellhop-green);
  }
`;
