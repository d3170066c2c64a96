// The administrators' pages against the real hub: who comes in, what they see, and what they change.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browsers } from './harness/browser';
import { Cable } from './harness/cable';
import { ADMIN, Console } from './harness/console';
import { becomes } from './harness/expect';
import { ADMIN_KEY, Hub } from './harness/hub';

const HOSTILE = '<img src=x onerror="document.title=`gone`"> \u202egnp.exe';

let browsers: Browsers;
let hub: Hub;

beforeAll(async () => {
  browsers = await Browsers.open();
  hub = await Hub.serve({
    BELLHOP_EMAIL__URL: 'smtp://127.0.0.1:1',
    BELLHOP_EMAIL__FROM: 'Bellhop <bellhop@example.com>',
  });
  await hub.call('PUT', '/api/v1/directory', {
    agents: [ADMIN, { id: 'eve', name: HOSTILE, status: 'vacation' }],
  });
});
afterAll(async () => {
  await browsers.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

describe('whoever comes to the console', () => {
  it('is let in with the role admin, and told why not without it', async () => {
    const context = await browsers.context();
    const page = await context.newPage();
    await page.goto(`${hub.url}/admin`);
    await page.locator('#token').fill(hub.token('ana'));
    await page.locator('bellhop-sign-in .by-token button').click();
    await page.getByText('who is no administrator').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('#token').fill(hub.token(ADMIN.id));
    await page.locator('bellhop-sign-in .by-token button').click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.goto(`${hub.url}/`);
    await page.getByRole('link', { name: 'Administration' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await context.close();
  });

  it('may come with an API key where nobody is an administrator yet', async () => {
    const context = await browsers.context();
    const page = await context.newPage();
    await page.goto(`${hub.url}/admin#/people`);
    await page.getByLabel('API key').fill('bh_wrong');
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('This key is not accepted.').waitFor();
    await page.getByLabel('API key').fill(ADMIN_KEY);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.getByText('Ana Souza').waitFor();
    await page.reload();
    await page.locator('#token').waitFor();
    await context.close();
  });

  it('signs in again where the session ended, and finds what they wrote', async () => {
    const admin = await Console.of(browsers, hub, 'templates/agent_email');
    await admin.field('Subject').fill('Written before the session ended');
    await admin.page.context().clearCookies();
    await admin.button('Save as a new version').click();
    await admin.dialog.locator('#token').fill(hub.token(ADMIN.id));
    await admin.dialog.locator('bellhop-sign-in .by-token button').click();
    await admin.dialog.waitFor({ state: 'detached' });
    expect(await admin.field('Subject').inputValue()).toBe('Written before the session ended');
    await admin.close();
  });
});

describe('the overview', () => {
  it('shows live figures, says when the connection is lost, and goes on', async () => {
    const cable = await Cable.to(hub.url);
    const context = await browsers.context();
    const page = await context.newPage();
    // A cookie of the hub's own origin: the cable stands for the network, not for another site.
    await page.goto(`${cable.url}/admin`);
    await page.getByLabel('API key').fill(ADMIN_KEY);
    await page.getByRole('button', { name: 'Use this key' }).click();
    const events = page.locator('.tile', { hasText: 'Events accepted' });
    await events.waitFor();
    const askNow = () => page.evaluate(() => window.dispatchEvent(new Event('online')));
    await hub.assign('ana', { number: '700' });
    await askNow();
    await becomes(
      async () => /[1-9]\d* since this node started/.test(await events.innerText()),
      true,
      10_000,
    );
    cable.pull();
    await askNow();
    await page.getByText('Connection lost at').waitFor({ timeout: 15_000 });
    cable.plugIn();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Live, every 5 s').waitFor();
    await context.close();
    await cable.close();
  });
});

describe('the delivery log', () => {
  it('is searched by person, and a row opens its attempts and the way of its event', async () => {
    await hub.assign('ben', { number: '701' });
    const admin = await Console.of(browsers, hub, 'deliveries');
    await admin.field('Person').fill('ben');
    await admin.button('Search').click();
    await admin.row('Email to ben').first().click();
    await admin.dialog.getByText('Accepted').waitFor();
    await admin.dialog.getByText('because it was assigned to them').waitFor();
    await admin.page.keyboard.press('Escape');
    await admin.dialog.waitFor({ state: 'detached' });
    expect(admin.page.url()).toContain('recipient=ben');
    await admin.field('Person').fill('nobody-of-this-id');
    await admin.button('Search').click();
    await admin.page.getByText('No delivery fits.').waitFor();
    await admin.page.getByRole('link', { name: 'Show all' }).click();
    await admin.row('Email to ben').first().waitFor();
    await admin.close();
  });
});

describe('explaining', () => {
  it('says in sentences who would hear of an event, and points at what is no event', async () => {
    const admin = await Console.of(browsers, hub, 'explain');
    await admin.field('Assigned agents').fill('ben, eve, stranger');
    await admin.field('Who did it').fill('jane');
    await admin.button('Who would hear of it?').click();
    await admin.row('ben').getByText('Is told, because it was assigned to them.').waitFor();
    await admin.row('eve').getByText('Gets a quiet entry and nothing else').waitFor();
    await admin.row('stranger').getByText('The directory does not know them').waitFor();
    await admin.button('Raw JSON').click();
    const json = admin.page.getByLabel('One event, as POST /api/v1/events takes it');
    await json.fill('{');
    await admin.button('Who would hear of it?').click();
    await admin.page.getByText('This is not JSON').waitFor();
    await json.fill(JSON.stringify({ specversion: '1.0', id: '1', source: '/x', type: 'ticket.unheard_of' }));
    await admin.button('Who would hear of it?').click();
    await admin.trouble('/type');
    await admin.close();
  });

  it('shows an event that happened, as it was decided then', async () => {
    const { id } = await hub.assign('ana', { number: '702' });
    const admin = await Console.of(browsers, hub, 'explain');
    await admin.button('One that happened').click();
    await admin.field('Event').fill(id);
    await admin.button('Who heard of it?').click();
    await admin.row('ana').getByText('Is told').waitFor();
    await admin.page.getByText('Stored for').first().waitFor();
    await admin.field('Event').fill('never-seen');
    await admin.button('Who heard of it?').click();
    await admin.page.getByText('No event of this id is kept').waitFor();
    await admin.close();
  });
});

describe('people', () => {
  it('with hostile names are shown as text, and changed with nothing else', async () => {
    const admin = await Console.of(browsers, hub, 'people/agents');
    await admin.field('Search agents').fill('ONERROR');
    await admin.button('Search').click();
    const row = admin.row('<img src=x');
    await row.waitFor();
    expect(await row.innerText()).not.toContain('\u202e');
    expect(await admin.page.locator('admin-people img').count()).toBe(0);
    await row.getByRole('button').click();
    await admin.dialog.getByLabel('Status').selectOption('inactive');
    await admin.dialog.getByRole('button', { name: 'Save' }).click();
    await admin.said('status changed');
    await row.getByText('inactive').waitFor();
    const eve = await hub.call<{ name: string; status: string }>('GET', '/api/v1/agents/eve');
    expect([eve.name, eve.status]).toEqual([HOSTILE, 'inactive']);
    expect(await admin.page.title()).toBe('People · Bellhop');
    await admin.close();
  });
});
