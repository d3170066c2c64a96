// Puts an element into the test's document and waits until it has rendered.
import { nothing, render, type LitElement, type TemplateResult } from 'lit';
import { eventually } from './eventually';

const mounted: HTMLElement[] = [];

export async function mount<T extends HTMLElement>(template: TemplateResult): Promise<T> {
  const place = document.createElement('div');
  document.body.append(place);
  mounted.push(place);
  render(template, place);
  const element = place.firstElementChild as T & Partial<LitElement>;
  await element.updateComplete;
  return element;
}

export function unmountAll(): void {
  for (const place of mounted.splice(0)) {
    render(nothing, place);
    place.remove();
  }
}

/** The one element in the shadow root that fits; waits for it. */
export function part<T extends Element = HTMLElement>(host: Element, selector: string): Promise<T> {
  return eventually(() => {
    const found = host.shadowRoot?.querySelector<T>(selector);
    if (!found) throw new Error(`no ${selector} in ${host.localName}: ${host.shadowRoot?.innerHTML ?? ''}`);
    return found;
  });
}

export function textOf(element: Element): string {
  return (element.textContent ?? '').replace(/\s+/g, ' ').trim();
}
