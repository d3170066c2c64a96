// The little of Markdown that API descriptions use, as templates: paragraphs, `code`, **strong**. No HTML passes.
import { html, type TemplateResult } from 'lit';

export function markup(text: string | undefined): TemplateResult[] {
  if (!text) return [];
  return text.split(/\n\s*\n/).map((paragraph) => html`<p>${inline(paragraph)}</p>`);
}

function inline(text: string) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`') && part.length > 2) return html`<code>${part.slice(1, -1)}</code>`;
    if (part.startsWith('**') && part.length > 4) return html`<strong>${part.slice(2, -2)}</strong>`;
    return part;
  });
}
