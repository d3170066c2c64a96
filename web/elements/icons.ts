// Line icons, 24 units square, drawn with the text's colour. Decoration only: the words beside them carry the meaning.
import { html, svg, type TemplateResult } from 'lit';

export type Icon = TemplateResult;

const icon = (body: TemplateResult<2>): Icon =>
  html`<svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    ${body}
  </svg>`;

export const icons = {
  bell: icon(
    svg`<path d="M6 9a6 6 0 1 1 12 0c0 5 2 6.5 2 6.5H4S6 14 6 9"/><path d="M10 19.5a2.2 2.2 0 0 0 4 0"/>`,
  ),
  check: icon(svg`<path d="m5 12.5 4.5 4.5L19 7.5"/>`),
  checks: icon(svg`<path d="m2.5 12.5 4 4 8-8.5"/><path d="m11 16 .6.6L20.5 8"/>`),
  close: icon(svg`<path d="m6.5 6.5 11 11m0-11-11 11"/>`),
  back: icon(svg`<path d="M14.5 5.5 8 12l6.5 6.5"/>`),
  info: icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5m0-8.2h.01"/>`),
  dot: icon(svg`<circle cx="12" cy="12" r="4" fill="currentColor"/>`),
  search: icon(svg`<circle cx="11" cy="11" r="6"/><path d="m15.5 15.5 4.5 4.5"/>`),
  down: icon(svg`<path d="m6.5 9.5 5.5 5.5 5.5-5.5"/>`),
  speaker: icon(
    svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>`,
  ),
  device: icon(svg`<path d="M4 5h16v11H4zM9 20h6m-3-4v4"/>`),
  keyboard: icon(svg`<path d="M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8"/>`),
  gear: icon(
    svg`<circle cx="12" cy="12" r="3"/><path d="M10.3 3.5h3.4l.5 2.6 1.7 1 2.5-.9 1.7 2.9-2 1.8v2.2l2 1.8-1.7 2.9-2.5-.9-1.7 1-.5 2.6h-3.4l-.5-2.6-1.7-1-2.5.9-1.7-2.9 2-1.8v-2.2l-2-1.8 1.7-2.9 2.5.9 1.7-1z"/>`,
  ),
  lock: icon(svg`<path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3"/>`),
  plus: icon(svg`<path d="M12 5.5v13m-6.5-6.5h13"/>`),
  clock: icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>`),
  trash: icon(svg`<path d="M4.5 7h15M10 7V4.5h4V7m-7.5 0 .8 12.5h9.4L17.5 7"/>`),
  open: icon(svg`<path d="M13 5h6v6m0-6-8.5 8.5M10 6H5v13h13v-5"/>`),
  eye: icon(
    svg`<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12"/><circle cx="12" cy="12" r="2.8"/>`,
  ),
  assignment: icon(
    svg`<circle cx="10" cy="8" r="3.5"/><path d="M3.5 19.5c.6-3.6 3.2-5.5 6.5-5.5 1.3 0 2.4.3 3.4.8"/><path d="m14.5 18 2.2 2.2 4-4.2"/>`,
  ),
  mention: icon(
    svg`<circle cx="12" cy="12" r="3.6"/><path d="M15.6 8.5v4.7c0 3.2 4.9 3 4.9-1.2a8.5 8.5 0 1 0-3.4 6.8"/>`,
  ),
  reaction: icon(svg`<path d="M4 5.5h16v10.5h-8l-4.5 4v-4H4z"/><path d="M8 9.5h8M8 12.5h5"/>`),
  emoji: icon(
    svg`<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14a4.2 4.2 0 0 0 7 0M9 9.5h.01M15 9.5h.01"/>`,
  ),
  escalation: icon(svg`<path d="M5 20V4.5h11l-1.8 4 1.8 4H5"/>`),
  alert: icon(svg`<path d="M12 4 2.8 19.5h18.4zM12 10v4.5m0 2.5h.01"/>`),
  review: icon(svg`<path d="M7 3.5h7l4 4v13H7z"/><path d="m9.7 14 1.8 1.8 3.5-3.6"/>`),
  note: icon(svg`<path d="M5 4.5h14v10l-5 5H5z"/><path d="M14 19.5v-5h5M8.5 9h7M8.5 12.5h3"/>`),
  transfer: icon(svg`<path d="M4 8.5h14l-3.5-3.5M20 15.5H6l3.5 3.5"/>`),
  ticket: icon(
    svg`<path d="M3.5 6.5h17v3.5a2 2 0 0 0 0 4v3.5h-17V14a2 2 0 0 0 0-4z"/><path d="M14 6.5v11" stroke-dasharray="2 2"/>`,
  ),
  chat: icon(svg`<path d="M3.5 5h12v8.5H9L5.5 17v-3.5h-2z"/><path d="M18.5 9h2v8.5h-2V20L15 17.5h-4"/>`),
  coverage: icon(
    svg`<path d="M12 3.5 5 6v6c0 4.5 3 7 7 8.5 4-1.5 7-4 7-8.5V6z"/><path d="M12 9v4m0 2.5h.01"/>`,
  ),
};
