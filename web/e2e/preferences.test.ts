// The preferences in the bell: set in a browser, saved, and obeyed by the next event.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import { WEEKDAYS, type ChannelReached } from '../client/preferences';
import { covers } from '../test/covers';
import { Bell, Browsers } from './harness/browser';
import { becomes, hasFocus } from './harness/expect';
import { Hub } from './harness/hub';
import { PreferencesScreen } from './harness/preferences';

let browsers: Browsers;
let hub: Hub;
let context: BrowserContext;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
beforeEach(async () => {
  hub = await Hub.serve();
  context = await browsers.agent(hub, 'ana');
});
afterEach(async () => {
  await context.close();
  await hub.stop();
  expect(browsers.takeComplaints()).toEqual([]);
});

/** Ana's bell on the home page, with the preferences open. */
async function open(): Promise<PreferencesScreen> {
  const bell = await Bell.on(context, `${hub.url}/`);
  return PreferencesScreen.in(bell);
}
const ana = (body: unknown) => hub.call('PUT', '/api/v1/me/preferences', body, hub.token('ana'));
const settings = (body: unknown) => hub.call('PATCH', '/api/v1/settings', body);
const transfer = (number: string) =>
  hub.post('ticket.transferred', { ticket: { number, department: 'support', assignees: [] } });
const reply = (number: string) =>
  hub.post('message.received', {
    ticket: { number, assignees: ['ana'] },
    actor: { kind: 'customer', id: 'c1', name: 'Carla Reis' },
    data: { message: { id: `m-${number}`, text: 'Any news?' } },
  });

interface Explained {
  candidates: { recipient: string; channels: Record<string, ChannelReached> }[];
}
/** What would go out beside the bell for a reply on Ana's ticket, or for an urgent one. */
async function waysOf(type: string, data: object) {
  const { candidates } = await hub.call<Explained>('POST', '/api/v1/explain', {
    specversion: '1.0',
    id: 'e1',
    source: '/helpdesk',
    type,
    data: { ticket: hub.ticket({ assignees: ['ana'] }), ...data },
  });
  return candidates.find(({ recipient }) => recipient === 'ana')!.channels;
}
const ofReply = () =>
  waysOf('message.received', {
    actor: { kind: 'customer', id: 'c1' },
    message: { id: 'm1', text: 'Any news?' },
  });

describe('the preferences', () => {
  it('are behind the gear, and the focus goes there and back', async () => {
    covers('R-049', 'R-061');
    await hub.assign('ana');
    const bell = await Bell.on(context, `${hub.url}/`);
    await bell.open();
    const { page } = bell;
    const gear = page.getByRole('button', { name: 'Preferences' });
    await gear.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Notification preferences' }).waitFor();
    await page.locator('bellhop-preferences .save').waitFor();
    expect(await hasFocus(page, 'bellhop-preferences .back')).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Notifications' }).waitFor();
    expect(await hasFocus(page, 'bellhop-bell .gear')).toBe(true);
    await page.keyboard.press('Enter');
    await page.locator('bellhop-preferences .save').waitFor();
    await page.keyboard.press('Escape');
    await bell.item('#123').waitFor();
    await bell.close();
    expect(await hasFocus(page, 'bellhop-bell button.bell')).toBe(true);
  });

  it('have the kinds with their defaults, and no row for watching', async () => {
    covers('R-059', 'R-061', 'R-062', 'R-063', 'R-064', 'R-065', 'R-066', 'R-067', 'R-068', 'R-069', 'R-070');
    const screen = await open();
    const kinds = await screen.kinds();
    const named = {
      'Ticket Assigned': true,
      'New Client Message': true,
      Escalation: true,
      'AI Critical Alert': true,
      'Over-Budget': true,
      Transfer: false,
      'New Ticket (Dept)': false,
      'Note Added': false,
    };
    expect(kinds).toMatchObject(named);
    expect(Object.keys(kinds).filter((label) => /watch/i.test(label))).toEqual([]);
    expect(kinds).not.toHaveProperty('Documentation Review');
    const pias = await browsers.agent(hub, 'pia');
    const pia = await PreferencesScreen.in(await Bell.on(pias, `${hub.url}/`));
    expect(await pia.kinds()).toMatchObject({ 'Documentation Review': true });
    await pias.close();
  });

  it('are obeyed by the next event, once saved', async () => {
    covers('R-061', 'R-062', 'R-067', 'R-072', 'R-075', 'R-084');
    expect([(await hub.assign('ana')).notified, (await transfer('1')).notified]).toEqual([['ana'], []]);
    const screen = await open();
    await screen.flip('Ticket Assigned');
    await screen.flip('Transfer');
    expect((await hub.assign('ana', { number: '2' })).notified).toEqual(['ana']);
    await screen.save('Ticket Assigned off, Transfer on');
    expect((await hub.assign('ana', { number: '3' })).notified).not.toContain('ana');
    expect((await transfer('4')).notified).toContain('ana');
    await screen.page.reload();
    const again = await PreferencesScreen.in(new Bell(screen.page));
    expect(await again.kinds()).toMatchObject({ 'Ticket Assigned': false, Transfer: true });
    expect(await again.row('Transfer').locator('.aside').innerText()).toBe('default: off');
  });

  it('send what changed and nothing else', async () => {
    covers('R-061');
    const screen = await open();
    expect(await screen.saveButton.isDisabled()).toBe(true);
    await screen.flip('Transfer');
    await screen.flip('Note Added');
    await screen.flip('Note Added');
    const sent = screen.page.waitForRequest((request) => request.method() === 'PUT');
    await screen.save('Transfer on');
    expect((await sent).postDataJSON()).toEqual({ categories: { transfer: 'on' } });
    expect(await screen.saveButton.isDisabled()).toBe(true);
  });

  it('switch whole channels', async () => {
    covers('R-073', 'R-074');
    const screen = await open();
    expect((await ofReply()).web_push!.outcome).toBe('if_unacknowledged');
    await screen.flip('Email');
    await screen.flip('Web push');
    await screen.save('Email off, Web push off');
    const off = { outcome: 'skipped', why: 'channel_off' };
    expect(await ofReply()).toMatchObject({ web_push: off, email: off, bell: { outcome: 'now' } });
    await screen.flip('Bell');
    await screen.save('Bell off');
    expect((await reply('5')).notified).not.toContain('ana');
    await screen.flip('Bell');
    await screen.save('Bell on');
    expect((await reply('6')).notified).toEqual(['ana']);
  });

  it('set quiet hours by weekday, over midnight, and what gets through', async () => {
    covers('R-078', 'R-079', 'R-080');
    const screen = await open();
    const { page } = screen;
    await page.locator('.every-night').click();
    await page.getByText('Change days and times').click();
    const monday = page.locator('[data-day="mon"]');
    await monday.locator('.from').fill('00:00');
    await monday.locator('.to').fill('00:00');
    expect(await monday.locator('.span .text').innerText()).toBe('all day');
    expect(await page.locator('[data-day="tue"] .span .text').innerText()).toBe('next day');
    await monday.getByRole('button', { name: 'every day' }).click();
    await screen.save('Quiet hours');
    expect(await page.locator('[data-week]').innerText()).toBe('Every day all day');
    const quiet = await ofReply();
    expect([quiet.bell!.outcome, quiet.web_push!.outcome]).toEqual(['now', 'held']);
    const critical = () => waysOf('ticket.urgency_changed', { urgency: 'critical' });
    expect((await critical()).web_push!.outcome).toBe('if_unacknowledged');
    await screen.flip('Hold even critical ones');
    await screen.save('Quiet hours');
    expect((await critical()).web_push!.outcome).toBe('held');
    await page.locator('.no-quiet').click();
    await screen.save('Quiet hours off');
    expect((await ofReply()).web_push!.outcome).toBe('if_unacknowledged');
  });

  it('leave in peace until tomorrow', async () => {
    covers('R-078', 'R-080');
    const screen = await open();
    await screen.page.getByRole('button', { name: 'Until tomorrow' }).click();
    await screen.save('Do not disturb on');
    expect((await ofReply()).web_push!.outcome).toBe('held');
    await screen.page.getByRole('button', { name: 'Off', exact: true }).click();
    await screen.save('Do not disturb off');
    expect((await ofReply()).web_push!.outcome).toBe('if_unacknowledged');
  });

  it('show what an administrator locked or set as the default', async () => {
    covers('R-081', 'D-22');
    await settings({
      categories: { mention: 'required', note_added: 'on' },
      fallback_email: { chat: 'required' },
      defaults: { email_frequency: 'hourly' },
    });
    const screen = await open();
    const { page } = screen;
    expect(await screen.switch('Mention').isDisabled()).toBe(true);
    expect(await screen.row('Mention').innerText()).toContain('Always on, set by your administrator');
    expect(await screen.kinds()).toMatchObject({ 'Note Added': true });
    expect(await page.getByLabel('How often').inputValue()).toBe('hourly');
    await page.getByText('Email for each kind').click();
    expect(await page.getByLabel('Chat: fallback email').isDisabled()).toBe(true);
    await screen.flip('Note Added');
    await screen.save('Note Added off');
    await page.getByRole('button', { name: 'Reset to defaults' }).click();
    await page.getByRole('button', { name: 'Reset', exact: true }).click();
    await becomes(async () => (await screen.kinds())['Note Added'], true);
  });

  it('name at its row what the hub refuses', async () => {
    const screen = await open();
    await screen.flip('Mention');
    await settings({ categories: { mention: 'required' } });
    await screen.saveButton.click();
    await screen
      .row('Mention')
      .locator('.fault', { hasText: 'an administrator requires this category' })
      .waitFor();
    expect(await screen.page.locator('.said').innerText()).toContain('Not saved');
    expect(await screen.switch('Mention').evaluate((it) => it.matches(':focus'))).toBe(true);
    expect(await screen.switch('Mention').isChecked()).toBe(false);
  });

  it('are not lost by Escape, by Back or by a click beside the panel', async () => {
    const screen = await open();
    const { page } = screen;
    await screen.flip('Transfer');
    await page.keyboard.press('Escape');
    const question = page.getByRole('alertdialog', { name: 'Unsaved changes' });
    await question.waitFor();
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await page.mouse.click(20, 700);
    await question.waitFor();
    await page.getByRole('button', { name: 'Keep editing' }).click();
    expect(await screen.switch('Transfer').isChecked()).toBe(true);
    await page.locator('bellhop-preferences .back').click();
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('dialog', { name: 'Notifications' }).waitFor();
    await page.getByRole('button', { name: 'Preferences' }).click();
    await screen.ready();
    expect(await screen.switch('Transfer').isChecked()).toBe(false);
  });
});

describe('the preferences of email', () => {
  beforeEach(async () => {
    await Promise.all([context.close(), hub.stop()]);
    // Decided, not sent: but where nothing can be sent, every answer would be "not configured".
    const environment = { BELLHOP_EMAIL__URL: 'file:///tmp', BELLHOP_EMAIL__FROM: 'desk@example.com' };
    hub = await Hub.serve(environment);
    context = await browsers.agent(hub, 'ana');
  });
  const email = async () => (await ofReply()).email!;

  it('decide about email: how often, which types, which kinds', async () => {
    covers('R-076', 'R-077', 'R-139', 'D-20', 'D-22');
    const screen = await open();
    const { page } = screen;
    expect(await email()).toMatchObject({ outcome: 'now', rule: 'alerts.new_message.assigned' });
    await page.getByText('Email for each kind').click();
    await page.getByLabel('New Client Message: alert email').uncheck();
    await screen.save('New Client Message alert email off');
    expect((await email()).outcome).toBe('if_unacknowledged');
    await page.getByLabel('How often').selectOption('Once a day');
    await page.getByLabel('Digest at').selectOption('17');
    await screen.save('Email once a day');
    expect(await email()).toMatchObject({
      outcome: 'held',
      until: expect.stringMatching(/T17:00/) as unknown,
    });
    await page.getByLabel('Types').first().selectOption('Only these:');
    await screen.save('Emails: assignments only');
    expect(await email()).toEqual({ outcome: 'skipped', why: 'type_off' });
    await page.getByLabel('Types').first().selectOption('All types');
    await page.getByLabel('New Client Message: fallback email').uncheck();
    await screen.flip('High priority mentions only');
    await screen.save();
    expect(await email()).toEqual({ outcome: 'skipped', why: 'fallback_email_off' });
    const message = { id: 'm2', text: '@ana look', mentions: ['ana'] };
    const { email: ofMention } = await waysOf('note.added', { message });
    expect(ofMention).toEqual({ outcome: 'skipped', why: 'mention_not_high' });
  });

  it('let it through quiet hours', async () => {
    covers('R-138', 'D-19');
    const always = [{ from: '00:00', to: '24:00' }];
    const days = Object.fromEntries(WEEKDAYS.map((day) => [day, always]));
    await ana({ quiet_hours: { days }, alert_email: { new_client_message: false } });
    const screen = await open();
    expect((await email()).outcome).toBe('held');
    await screen.flip('Email all the same');
    await screen.save('Quiet hours');
    expect((await email()).outcome).toBe('if_unacknowledged');
  });
});

describe('the test notification', () => {
  it('rings the bell, and says which channels it reached and why not the others', async () => {
    covers('R-164', 'R-165', 'R-166');
    await ana({ channels: { web_push: false } });
    const bell = await Bell.on(context, `${hub.url}/`);
    const screen = await PreferencesScreen.in(bell);
    const { page } = screen;
    await page.getByRole('button', { name: 'Send Test Notification' }).click();
    const line = (channel: string) => page.locator(`[data-channel="${channel}"]`);
    await line('bell').waitFor();
    expect(await line('bell').innerText()).toBe('Bell: reached 1 open page of yours');
    expect(await line('web_push').innerText()).toBe('Web push: not sent: you switched it off');
    expect(await line('sms').innerText()).toMatch(/^Text messages: not sent: these go to project managers/);
    await bell.shows('1');
    await page.locator('bellhop-preferences .back').click();
    await bell.item('Test notification').waitFor();
  });
});
