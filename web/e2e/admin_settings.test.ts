// Settings as two administrators change them, and the wording of emails.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { covers } from '../test/covers';
import { eventually } from '../test/eventually';
import { Browsers } from './harness/browser';
import { ADMIN, Console } from './harness/console';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';

let browsers: Browsers;
let hub: Hub;
let program: Server;
const heard: string[] = [];

beforeAll(async () => {
  browsers = await Browsers.open();
  program = createServer((request, response) => {
    heard.push(String(request.headers['webhook-id']));
    response.end();
  });
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
  hub = await Hub.serve({
    BELLHOP_EMAIL__URL: 'smtp://127.0.0.1:1',
    BELLHOP_EMAIL__FROM: 'Bellhop <bellhop@example.com>',
    BELLHOP_WEBHOOKS__ALLOWED_HOSTS: programUrl(),
  });
  await hub.call('PUT', '/api/v1/directory', { agents: [ADMIN] });
});
afterAll(async () => {
  await browsers.close();
  await hub.stop();
  program.close();
  expect(browsers.takeComplaints()).toEqual([]);
});

const programUrl = () => `http://127.0.0.1:${(program.address() as AddressInfo).port}`;

interface Settings {
  retention_days: number;
  rules_off: string[];
  alerts: Record<string, Record<string, boolean>>;
  departments: Record<string, { alerts_off: string[] }>;
}

const settings = () => hub.call<Settings>('GET', '/api/v1/settings');

describe('settings', () => {
  it('say what changes, and save that and nothing else', async () => {
    const admin = await Console.of(browsers, hub, 'settings/alerts');
    const transfer = admin.page.locator('.group', { hasText: 'Transfer' });
    await transfer.locator('label', { hasText: 'The alert as a whole' }).click();
    await admin.page.getByText('1 change is not saved').click();
    await admin.page.getByText('Transfer: the alert as a whole').waitFor();
    await admin.page.getByRole('link', { name: 'Departments' }).click();
    const overdue = admin.page.locator('.group', { hasText: 'Overdue' }).first();
    await overdue.locator('label', { hasText: 'Administrative address' }).click();
    await admin.page.getByText('2 changes are not saved').waitFor();
    // Another page and back: what is not saved yet is still there.
    await admin.go('keys');
    await admin.go('settings/departments');
    await admin.page.getByText('2 changes are not saved').waitFor();
    await admin.button('Save').click();
    await admin.said('Saved:');
    const { alerts, departments } = await settings();
    expect([alerts.transfer?.active, departments.support?.alerts_off]).toEqual([
      true,
      ['alerts.overdue.admin'],
    ]);
    await admin.close();
  });

  it('say which types go out by email to agents who did not choose', async () => {
    covers('R-081');
    const admin = await Console.of(browsers, hub, 'settings/defaults');
    await admin.page.getByLabel('Types by email').first().selectOption('only these');
    await admin.page.getByRole('checkbox', { name: 'Mention' }).check();
    await admin.button('Save').click();
    await admin.said('Saved:');
    const types = () =>
      hub
        .call<{ email_types: string[] | null }>('GET', '/api/v1/me/preferences', undefined, hub.token('ana'))
        .then(({ email_types }) => email_types && [...email_types].sort());
    expect(await types()).toEqual(['assignment', 'mention']);
    await admin.page.getByLabel('Types by email').first().selectOption('as shipped (all)');
    await admin.button('Save').click();
    await becomes(types, null);
    await admin.close();
  });

  it('of two people do not overwrite each other, and ask where both changed the same', async () => {
    const admin = await Console.of(browsers, hub, 'settings/limits');
    await admin.page.getByLabel('Days that read or dismissed notifications are kept').fill('30');
    await admin.page.keyboard.press('Tab');
    await hub.call('PATCH', '/api/v1/settings', {
      retention_days: 60,
      rules_off: ['ticket.overdue/assignee'],
    });
    await admin.button('Save').click();
    await admin.page.getByText('Somebody else changed the same meanwhile').waitFor();
    expect((await settings()).retention_days).toBe(60);
    await admin.button('Keep mine').click();
    await admin.button('Save').click();
    await admin.said('Saved:');
    const now = await settings();
    expect([now.retention_days, now.rules_off]).toEqual([30, ['ticket.overdue/assignee']]);
    await admin.close();
  });
});

describe('templates', () => {
  it('are written with a preview that is shut in, saved as versions, and restored', async () => {
    covers('R-212', 'R-213');
    const admin = await Console.of(browsers, hub, 'templates/autoresponse_new_ticket');
    await admin.field('Subject').fill('Hello {recipient_name}');
    await becomes(() => admin.page.locator('.preview .subject').innerText(), 'Hello Ana Lima');
    const frame = admin.page.locator('.preview iframe');
    expect(await frame.getAttribute('sandbox')).toBe('');
    await admin.button('Save as a new version').click();
    await admin.said('version 1 is in force');
    await admin.field('Plain text').fill('{% if broken %}');
    await admin.button('Save as a new version').click();
    await admin.trouble('/text');
    await admin.field('Plain text').fill('Second text');
    await admin.button('Save as a new version').click();
    await admin.said('version 2 is in force');
    await admin.button('Restore version 1').click();
    await admin.dialog.getByRole('button', { name: 'Restore' }).click();
    await admin.said('Version 1 is in force again, as version 3');
    await admin.button('Back to the shipped one').click();
    await admin.dialog.getByRole('button', { name: 'Use the shipped one' }).click();
    await admin.said('The shipped wording is in force');
    await admin.close();
  });

  it('are tested, and what went wrong is shown as it was said', async () => {
    covers('R-175', 'R-178');
    const admin = await Console.of(browsers, hub, 'templates/agent_email');
    await admin.page.getByLabel('Send a test to').fill('me@example.com');
    await admin.button('Send test').click();
    await admin.trouble('It was not sent.');
    await admin.close();
  });
});

describe('webhooks', () => {
  it('are made with a secret that is shown once, and a message is sent again under its id', async () => {
    const admin = await Console.of(browsers, hub, 'webhooks');
    await admin.button('New webhook').click();
    await admin.dialog.getByLabel('Address').fill('https://127.0.0.1/');
    await admin.dialog.getByLabel('Somebody’s bell has a new entry').check();
    await admin.button('Make webhook').click();
    await admin.trouble('/url');
    await admin.dialog.getByLabel('Address').fill(programUrl());
    await admin.button('Make webhook').click();
    expect(await admin.secret()).toMatch(/^whsec_/);
    await admin.page.keyboard.press('Escape');
    await hub.assign('ana', { number: '800' });
    await eventually(() => Promise.resolve(expect(heard).toHaveLength(1)), 10_000);
    await admin.row('127.0.0.1').getByRole('link').click();
    const message = admin.row('notification.created');
    await becomes(async () => {
      await admin.button('Look again').click();
      return (await message.count()) > 0 && (await message.innerText()).includes('delivered');
    }, true);
    await admin.button('Send again: notification.created').click();
    await eventually(() => Promise.resolve(expect(heard).toHaveLength(2)), 10_000);
    expect(heard[1]).toBe(heard[0]);
    await admin.close();
  });
});
