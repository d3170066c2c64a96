// @vitest-environment happy-dom
// The phone's gestures and the details, without a phone.
import { html } from 'lit';
import { afterEach, describe, expect, it } from 'vitest';
import { define } from '../elements/define';
import { BellhopDetails } from '../notifications/details';
import { BellhopRow } from '../notifications/row';
import { Swipe } from '../notifications/swipe';
import { covers } from './covers';
import { mount, part, textOf, unmountAll } from './dom';
import { notification } from './samples';

define('bellhop-row', BellhopRow);
define('bellhop-details', BellhopDetails);
afterEach(unmountAll);

function swiped(dx: number, dy = 0): Swipe {
  const swipe = new Swipe(200, 100, 390);
  swipe.move(200 + dx / 2, 100 + dy / 2);
  swipe.move(200 + dx, 100 + dy);
  return swipe;
}

describe('a swipe', () => {
  it('to the right reads, to the left deletes', () => {
    covers('R-129');
    expect(swiped(120).verdict).toBe('read');
    expect(swiped(-120).verdict).toBe('delete');
  });

  it('that is short, or goes up and down, means nothing', () => {
    expect(swiped(40).verdict).toBeNull();
    expect(swiped(30, 200)).toMatchObject({ verdict: null, offset: 0, isSideways: false });
    expect(swiped(4).isSideways).toBe(false);
  });
});

describe('a row', () => {
  it('offers both acts without a swipe as well', async () => {
    covers('R-128', 'R-129');
    const row = await mount<BellhopRow>(html`<bellhop-row .notification=${notification()}></bellhop-row>`);
    const said: string[] = [];
    for (const name of ['row-open', 'row-read', 'row-delete'])
      row.addEventListener(name, () => said.push(name));
    for (const selector of ['.open', '.do-read', '.do-delete']) (await part(row, selector)).click();
    expect(said).toEqual(['row-open', 'row-read', 'row-delete']);
  });
});

describe('the details', () => {
  it('show everything that is known, as text, and the way to the ticket', async () => {
    covers('R-089', 'R-130');
    const page = await mount<BellhopDetails>(
      html`<bellhop-details
        .notification=${notification({ body: '<b>bold</b>', comment: { id: 'Comment-7' }, reason: 'mentioned' })}
      ></bellhop-details>`,
    );
    expect(textOf(await part(page, '.body'))).toBe('<b>bold</b>');
    expect(textOf(await part(page, 'dl'))).toMatch(
      /Jane Smith.*You were mentioned.*#1 · Login Issue.*Comment-7/,
    );
    expect((await part<HTMLAnchorElement>(page, 'a.primary')).getAttribute('href')).toBe('/tickets/1');
  });
});
