// What the elements say, in the person's language. English stands in the code and is the key; every other language is a
// catalog that is loaded when somebody needs it. A text that a catalog lacks stays English.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** English to the language; where a count decides, one text for each of its plural categories. */
export type Catalog = Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>;

type Values = Record<string, string | number>;

const CATALOGS: Record<string, () => Promise<{ default: Catalog }>> = {
  de: () => import('./words_de'),
  pt: () => import('./words_pt'),
};
const RIGHT_TO_LEFT = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ku', 'ps', 'sd', 'ug', 'ur', 'yi']);

let locale = 'en';
let catalog: Catalog = {};
let plurals = new Intl.PluralRules('en');
const changes = new EventTarget();

/** Adds a language, or replaces one. `load` is called when somebody needs it. */
export function registerWords(language: string, load: () => Promise<{ default: Catalog }>): void {
  CATALOGS[language] = load;
}

/** The BCP 47 tag that dates and numbers are written in. */
export function currentLocale(): string {
  return locale;
}

export function direction(): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.has(languageOf(locale)) ? 'rtl' : 'ltr';
}

/** Takes the first wish that is a language tag. Resolves when its words are there. */
export async function speak(...wishes: (string | null | undefined)[]): Promise<void> {
  const wanted = wishes.find(isTag) ?? 'en';
  if (wanted === locale) return;
  locale = wanted;
  plurals = new Intl.PluralRules(wanted);
  catalog = {};
  changes.dispatchEvent(new Event('change'));
  const load = CATALOGS[languageOf(wanted)];
  if (!load) return;
  try {
    const { default: words } = await load();
    if (locale !== wanted) return;
    catalog = words;
    changes.dispatchEvent(new Event('change'));
  } catch (error) {
    console.warn(`bellhop: the words of ${wanted} could not be loaded`, error);
  }
}

/** The text in the person's language; `{name}` is filled in. */
export function t(english: string, values?: Values): string {
  const found = catalog[english];
  const text = typeof found === 'string' ? found : (found?.other ?? english);
  return values ? filled(text, values) : text;
}

/** One text for one, another for more; `{count}` is filled in. The key of a catalog is the second. */
export function tn(one: string, other: string, count: number, values: Values = {}): string {
  const found = catalog[other];
  const english = count === 1 ? one : other;
  const text =
    typeof found === 'string' ? found : (found?.[plurals.select(count)] ?? found?.other ?? english);
  return filled(text, { count, ...values });
}

/** A text as it stands within a sentence: German writes its nouns as they are. */
export function within(text: string): string {
  return languageOf(locale) === 'de' ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function languageOf(tag: string): string {
  return tag.split('-')[0]!.toLowerCase();
}

function isTag(tag: string | null | undefined): tag is string {
  if (!tag) return false;
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

/** Renders its element anew when the language changes, and sets the direction in which it is read. */
export class WordsController implements ReactiveController {
  #host: ReactiveControllerHost & HTMLElement;

  constructor(host: ReactiveControllerHost & HTMLElement) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    changes.addEventListener('change', this.#onChange);
    this.#onChange();
  }

  hostDisconnected(): void {
    changes.removeEventListener('change', this.#onChange);
  }

  #onChange = (): void => {
    this.#host.dir = direction();
    this.#host.requestUpdate();
  };
}
