// The first definition of a name wins; a second script with the same element is no error.
export function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}
