// @vitest-environment happy-dom
// Languages: each catalog has every text, and what a page shows follows the language of the person.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { html } from 'lit';
import { afterEach, describe, expect, it } from 'vitest';
import '../elements/bell.define';
import { CATEGORY_LABELS } from './samples';
import * as kinds from '../elements/preferences_words';
import { DAY_NAMES } from '../elements/quiet_hours';
import type { BellhopItem } from '../elements/item';
import { placePanel } from '../elements/placement';
import { currentLocale, direction, registerWords, speak, t, tn } from '../elements/words';
import de from '../elements/words_de';
import pt from '../elements/words_pt';
import { eventually } from './eventually';
import { mount, part, textOf, unmountAll } from './dom';
import { notification } from './samples';

afterEach(async () => {
  unmountAll();
  await speak('en');
});

/** Every English text that the sources hand to `t` or `tn`. */
function texts(): string[] {
  const found = new Set<string>();
  for (const folder of ['elements', 'notifications', 'home']) {
    const path = join(import.meta.dirname, '..', folder);
    for (const file of readdirSync(path).filter((name) => !name.startsWith('words'))) {
      const source = readFileSync(join(path, file), 'utf8');
      const text = /'((?:[^'\\]|\\.)*)'/.source;
      for (const [, english] of source.matchAll(new RegExp(`\\bt\\(\\s*${text}`, 'g'))) found.add(english!);
      for (const [, , many] of source.matchAll(new RegExp(`\\btn\\(\\s*${text},\\s*${text}`, 'g')))
        found.add(many!);
    }
  }
  return [...found];
}

describe('the words', () => {
  it.each([
    ['German', de],
    ['Portuguese', pt],
  ])('are all there in %s, with the same gaps to fill', (_, catalog) => {
    const all = [...texts(), ...kinds.CHANNELS.flatMap(({ label, text }) => [label, text])];
    all.push(
      ...Object.values(kinds.FREQUENCIES),
      ...Object.values(kinds.EMAIL_TYPES),
      ...Object.values(DAY_NAMES),
    );
    all.push(...CATEGORY_LABELS);
    expect(all.length).toBeGreaterThan(250);
    expect(all.filter((text) => !(text in catalog))).toEqual([]);
    const gaps = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([gap]) => gap).sort();
    for (const [english, words] of Object.entries(catalog)) {
      for (const text of typeof words === 'string' ? [words] : Object.values(words))
        expect(gaps(text), english).toEqual(gaps(english));
    }
  });

  it('follow the first wish that is a language, and stay English where there is none', async () => {
    await speak('nonsense_!', null, 'de-AT');
    expect([currentLocale(), t('Mark all read'), direction()]).toEqual(['de-AT', 'Alle gelesen', 'ltr']);
    expect(tn('{count} new notification', '{count} new notifications', 1)).toBe('1 neue Benachrichtigung');
    expect(tn('{count} new notification', '{count} new notifications', 3)).toBe('3 neue Benachrichtigungen');
    await speak('fi');
    expect([t('Mark all read'), tn('{count} day', '{count} days', 2)]).toEqual(['Mark all read', '2 days']);
  });

  it('can be added for a language of one’s own, with its plurals', async () => {
    registerWords('ar', () =>
      Promise.resolve({
        default: {
          Undo: 'تراجع',
          '{count} unread': { one: 'واحد', two: 'اثنان', few: '{count} قليل', other: '{count}' },
        },
      }),
    );
    await speak('ar-EG');
    expect([t('Undo'), direction()]).toEqual(['تراجع', 'rtl']);
    const unread = (count: number) => tn('{count} unread', '{count} unread', count);
    expect([unread(2), unread(5)]).toEqual(['اثنان', '5 قليل']);
  });

  it('change what is on the screen at once', async () => {
    const item = await mount<BellhopItem>(
      html`<bellhop-item
        .notification=${notification()}
        .now=${Date.parse('2026-11-20T09:05:00Z')}
      ></bellhop-item>`,
    );
    await speak('de');
    item.requestUpdate();
    await eventually(async () => expect(textOf(await part(item, '.meta'))).toContain('Ihnen zugewiesen'));
    expect(textOf(await part(item, 'time'))).toBe('vor 5 Minuten');
    expect((await part(item, '.dismiss')).getAttribute('aria-label')).toMatch(/^Verwerfen: /);
  });

  it('are read from the right where that is so, and the panel opens to that side', () => {
    const panel = document.createElement('div');
    const button = { left: 40, right: 80, bottom: 50 } as DOMRect;
    const window = { innerWidth: 1200, innerHeight: 800 };
    placePanel(panel, button, window, true);
    expect(panel.style.left).toBe('40px');
    placePanel(panel, { ...button, left: 1000, right: 1040 }, window, false);
    expect(panel.style.left).toBe('620px');
  });
});
