// The home page and the API page.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covers } from '../test/covers';
import { eventually } from '../test/eventually';
import { complaintsOfAxe } from './harness/axe';
import { Bell, Browsers, PHONE } from './harness/browser';
import { becomes } from './harness/expect';
import { ADMIN_KEY, Hub } from './harness/hub';

let browsers: Browsers;
let hub: Hub;

beforeAll(async () => {
  browsers = await Browsers.open();
  hub = await Hub.serve();
});
afterAll(async () => {
  await browsers.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

describe('the home page', () => {
  it('signs in by a token and out again', async () => {
    covers('R-172');
    const context = await browsers.context();
    const page = await context.newPage();
    await page.goto(`${hub.url}/`);
    await page.locator('#token').fill(hub.token('ana'));
    await page.locator('bellhop-sign-in .by-token button').click();
    const bell = new Bell(page);
    await bell.isConnected();
    await page.locator('.who', { hasText: 'Ana Souza' }).waitFor();
    expect(await complaintsOfAxe(page)).toEqual([]);
    await page.locator('.sign-out').click();
    await page.locator('#token').waitFor();
    await page.reload();
    await page.locator('#token').waitFor();
    expect(await complaintsOfAxe(page)).toEqual([]);
    await context.close();
  });
});

describe('whoever is not signed in', () => {
  it.each([
    ['de-DE', 'Anmelden', 'Link per E-Mail schicken', 'Mit dem Token anmelden', 'wird nicht angenommen'],
    ['pt-PT', 'Iniciar sessão', 'Enviar-me um link por email', 'Iniciar sessão com o token', 'não é aceite'],
  ])(
    'is asked to sign in in the language of the browser: %s',
    async (locale, heading, mail, enter, refused) => {
      const context = await browsers.context({ locale });
      const page = await context.newPage();
      for (const path of ['/', '/notifications']) {
        await page.goto(hub.url + path);
        await page.getByRole('heading', { name: heading }).waitFor();
        await page.getByRole('button', { name: mail }).waitFor();
        await page.locator('#token').fill('not a token');
        await page.getByRole('button', { name: enter }).click();
        await page.locator('.by-token .error', { hasText: refused }).waitFor();
        await becomes(() => page.locator('html').getAttribute('lang'), locale);
        expect(await complaintsOfAxe(page)).toEqual([]);
      }
      await context.close();
    },
  );
});

describe('somebody without a token', () => {
  it('signs in on a phone by a link that comes by email, once', async () => {
    const letters = mkdtempSync(join(tmpdir(), 'bellhop-letters-'));
    const mailing = await Hub.serve({ BELLHOP_EMAIL__URL: `file://${letters}` });
    const context = await browsers.context(PHONE);
    const page = await context.newPage();
    await page.goto(`${mailing.url}/notifications`);
    await page.locator('#email').fill('ana@example.com');
    await page.getByRole('button', { name: 'Email me a link' }).tap();
    await page.locator('.mailed', { hasText: 'a link is on its way' }).waitFor();
    expect(await complaintsOfAxe(page)).toEqual([]);
    const link = `${mailing.url}${await eventually(() => linkIn(letters))}`;
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).tap();
    await page.waitForURL(`${mailing.url}/notifications`);
    await page.locator('bellhop-status [data-phase="live"]').first().waitFor();
    await page.goto(link);
    await page.getByRole('button', { name: 'Sign in' }).tap();
    await page.getByText('This link does not work any more').first().waitFor();
    await context.close();
    await mailing.stop();
    rmSync(letters, { recursive: true });
  });

  it('is told that an installation without email mails no links', async () => {
    const context = await browsers.context();
    const page = await context.newPage();
    await page.goto(`${hub.url}/`);
    await page.locator('#email').fill('ana@example.com');
    await page.getByRole('button', { name: 'Email me a link' }).click();
    await page.locator('.by-link .error', { hasText: 'sends no email' }).waitFor();
    await context.close();
  });
});

/** Where the link of the only letter in a folder leads. */
function linkIn(folder: string): string {
  const letters = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  // Quoted-printable breaks long lines.
  const link = letters.map((letter) => /\/session\/link\/[\w.-]+/.exec(letter.replaceAll('=\r\n', '')));
  if (!link[0]) throw new Error(`no link in ${letters.length} letters`);
  return link[0][0];
}

describe('the API page', () => {
  it('shows every endpoint of the description, and tries one', async () => {
    const { paths } = (await (await fetch(`${hub.url}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const verbs = ['get', 'post', 'put', 'patch', 'delete'];
    const expected = Object.values(paths).flatMap((item) =>
      Object.keys(item).filter((key) => verbs.includes(key)),
    );
    const context = await browsers.context();
    const page = await context.newPage();
    await page.goto(`${hub.url}/docs`);
    await becomes(() => page.locator('docs-endpoint').count(), expected.length);
    await page.locator('.auth input').fill(ADMIN_KEY);
    const events = page.locator('#post-api-v1-events');
    await events.locator('summary').first().click();
    await events.locator('button.try').click();
    const id = `docs-${Date.now()}`;
    await events.locator('textarea').fill(
      JSON.stringify({
        specversion: '1.0',
        id,
        source: '/docs',
        type: 'ticket.assigned',
        data: {
          ticket: { id: 'D-1', number: '1', subject: 'S', assignees: ['ana'] },
          assigned: { agents: ['ana'] },
        },
      }),
    );
    await events.locator('docs-try button.primary').click();
    await events.locator('.answer', { hasText: '202' }).waitFor();
    expect(await events.locator('.answer pre').innerText()).toContain(id);
    expect(await complaintsOfAxe(page)).toEqual([]);
    await context.close();
  });
});
