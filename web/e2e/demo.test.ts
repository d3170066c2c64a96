// `bellhop demo`: the pretend helpdesk in the browser acts, and the bells of its people ring, two tabs two people.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BrowserContext, Page } from 'playwright-core';
import { covers } from '../test/covers';
import { complaintsOfAxe } from './harness/axe';
import { Bell, Browsers } from './harness/browser';
import { becomes } from './harness/expect';
import { Hub } from './harness/hub';
import type { DemoState, Ticket } from '../panel/types';

let browsers: Browsers;
let hub: Hub;
let context: BrowserContext;
let state: DemoState;
let ticket: Ticket;
let mine: Bell;
let theirs: Bell;

beforeAll(async () => {
  browsers = await Browsers.open();
});
afterAll(() => browsers.close());
beforeEach(async () => {
  hub = await Hub.demo();
  context = await browsers.context({ viewport: { width: 1400, height: 900 } });
  state = (await (await fetch(`${hub.url}/demo/state`)).json()) as DemoState;
  const [me, colleague] = state.agents.filter(({ role }) => role === 'agent');
  ticket = state.tickets.find(({ assignees, status }) => assignees.includes(me!.id) && status === 'open')!;
  mine = await deskOf(me!.id);
  theirs = await deskOf(colleague!.id);
  return async () => {
    await context.close();
    await hub.stop();
    expect(browsers.takeComplaints()).toEqual([]);
  };
});

/** A tab of the desk, with this agent in front of it. */
async function deskOf(agent: string): Promise<Bell> {
  const bell = await Bell.on(context, `${hub.url}/panel`);
  await bell.page.locator('select[name="agent"]').selectOption(agent);
  await bell.page.locator('.wait').waitFor({ state: 'detached' });
  await bell.isConnected();
  return bell;
}
const openTicket = (page: Page, { id }: Ticket) => page.locator(`a[data-ticket="${id}"]`).click();
const count = async (bell: Bell) => Number((await bell.badge()) || 0);

/** Does it, and waits until the badge shows one more. */
async function rings(bell: Bell, act: () => Promise<unknown>): Promise<void> {
  const before = await count(bell);
  await act();
  await bell.shows(String(before + 1), 2_000);
}

describe('the demo desk', () => {
  it('rings for a customer reply, an assignment, a mention, an escalation', async () => {
    covers('R-034', 'R-035', 'R-093', 'R-095', 'R-098', 'R-100', 'R-101', 'R-109');
    const other = theirs.page;
    await openTicket(other, ticket);
    await rings(mine, () => other.locator('button[name="customer-replies"]').click());
    const me = await mine.page.locator('select[name="agent"]').inputValue();
    await other.getByRole('button', { name: 'Internal note' }).click();
    await other.locator('textarea').fill(`@${me} have you seen this before?`);
    await rings(mine, () => other.getByRole('button', { name: 'Add note' }).click());
    await rings(mine, () => other.getByRole('button', { name: 'Escalate', exact: true }).click());
    await mine.open();
    await mine.expandAll();
    const types = await mine.page
      .locator('bellhop-item [data-type]')
      .evaluateAll((all) => all.slice(0, 3).map((one) => one.getAttribute('data-type')));
    expect(types).toEqual(['escalation', 'mention', 'reaction']);
    await mine.close();
    const free = state.tickets.find(({ id, assignees }) => id !== ticket.id && !assignees.includes(me))!;
    await openTicket(other, free);
    await rings(mine, () => other.locator('select[name="assignee"]').selectOption(me));
  });

  it('does not ring for what one does oneself', async () => {
    covers('R-096');
    const before = await count(mine);
    const unassigned = state.tickets.find(({ id }) => id !== ticket.id)!;
    await openTicket(mine.page, unassigned);
    const me = await mine.page.locator('select[name="agent"]').inputValue();
    await mine.page.locator('select[name="assignee"]').selectOption(me);
    await mine.page.locator('desk-acts li', { hasText: 'ticket.assigned' }).waitFor();
    expect(await mine.page.locator('desk-acts li').first().innerText()).toMatch(/notified nobody/);
    // Opening a ticket reads what was about it: fewer, perhaps, but never more.
    expect(await count(mine)).toBeLessThanOrEqual(before);
  });

  it('opens the ticket from the bell, at the comment, and reads what was about it', async () => {
    covers('R-037', 'R-047', 'R-099', 'R-111', 'R-112');
    const other = theirs.page;
    await openTicket(other, ticket);
    const me = await mine.page.locator('select[name="agent"]').inputValue();
    await other.getByRole('button', { name: 'Internal note' }).click();
    await other.locator('textarea').fill(`@${me} this one, please`);
    await rings(mine, () => other.getByRole('button', { name: 'Add note' }).click());
    const before = await count(mine);
    await mine.open();
    await mine.item('this one, please').locator('.open').click();
    await mine.page.locator('.thread li.note.found', { hasText: 'this one, please' }).waitFor();
    expect(mine.page.url()).toContain(`ticket=${encodeURIComponent(ticket.id)}`);
    await becomes(async () => (await count(mine)) < before, true);
  });

  it('watches and unwatches by the button, and a watched ticket rings with a green eye', async () => {
    covers('R-030', 'R-050', 'R-051', 'R-052', 'R-053', 'R-055');
    const { page } = theirs;
    await openTicket(page, ticket);
    const button = page.locator('button.watch');
    await becomes(async () => (await button.innerText()).trim(), 'Watch');
    await button.click();
    await becomes(async () => (await button.innerText()).trim(), 'Watching');
    expect(await button.locator('svg').count()).toBe(1);
    expect(await button.evaluate((it) => getComputedStyle(it).backgroundColor)).toBe('rgb(20, 128, 74)');
    await openTicket(
      page,
      state.tickets.find(({ id }) => id !== ticket.id)!,
    );
    await becomes(async () => (await button.innerText()).trim(), 'Watch');
    await openTicket(mine.page, ticket);
    await rings(theirs, () => mine.page.locator('button[name="customer-replies"]').click());
    await theirs.open();
    await page.locator('bellhop-item .eye').first().waitFor();
    await theirs.close();
    await openTicket(page, ticket);
    await becomes(async () => (await button.innerText()).trim(), 'Watching');
    await button.click();
    await becomes(async () => (await button.innerText()).trim(), 'Watch');
  });

  it('makes the assignee a watcher when the ticket is escalated, who may stop it', async () => {
    covers('R-056', 'R-057');
    const { page } = mine;
    await openTicket(page, ticket);
    const button = page.locator('button.watch');
    await page.locator('button[name="escalate"]').click();
    await becomes(async () => (await button.innerText()).trim(), 'Watching');
    await button.click();
    await becomes(async () => (await button.innerText()).trim(), 'Watch');
  });

  it('reopens a closed ticket by the customer', async () => {
    covers('R-102', 'R-108', 'R-109');
    const other = theirs.page;
    await openTicket(other, ticket);
    await other.getByRole('button', { name: 'Close', exact: true }).click();
    await rings(mine, () => other.locator('button[name="customer-reopens"]').click());
    await mine.open();
    expect((await mine.titles())[0]).toMatch(/reopened/i);
  });

  it('shows in the mailbox what an assignment emailed, with nothing in it that could act', async () => {
    covers('R-004', 'R-136', 'R-137');
    const me = await mine.page.locator('select[name="agent"]').inputValue();
    const free = state.tickets.find(({ assignees }) => !assignees.includes(me))!;
    const subject = `New ticket assigned: #${free.number} - ${free.subject}`;
    const opened = context.waitForEvent('page');
    await mine.page.locator('.bar a.mailbox').click();
    const mailbox = await opened;
    await mailbox.locator('.mails h1').waitFor();
    const mail = mailbox.locator('.mails a', { hasText: subject }).filter({ hasText: `<${me}@` });
    expect(await mail.count()).toBe(0);
    await openTicket(theirs.page, free);
    await theirs.page.locator('select[name="assignee"]').selectOption(me);
    await mail.click({ timeout: 10_000 });
    const shown = mailbox.frameLocator('iframe');
    await shown.getByRole('heading', { name: `You have been assigned to ticket #${free.number}` }).waitFor();
    const link = shown.getByRole('link', { name: 'View Ticket' }).first();
    expect(await link.getAttribute('href')).toBe(`${hub.url}/panel?ticket=${free.id}`);
    const src = await mailbox.locator('iframe').getAttribute('src');
    const policy = (await fetch(hub.url + src)).headers.get('content-security-policy');
    expect(policy).toMatch(/^sandbox allow-popups .*default-src 'none'/);
    await mailbox.getByRole('button', { name: 'Plain text' }).click();
    await mailbox.locator('pre', { hasText: 'You have been assigned' }).waitFor();
    expect(await complaintsOfAxe(mailbox)).toEqual([]);
  });

  it('shows the thread in both tabs, and axe finds nothing to complain of', async () => {
    await openTicket(mine.page, ticket);
    await openTicket(theirs.page, ticket);
    await mine.page.locator('textarea').fill('Have you tried it again?');
    await mine.page.getByRole('button', { name: 'Send reply' }).click();
    await theirs.page.locator('.thread', { hasText: 'Have you tried it again?' }).waitFor();
    expect(await complaintsOfAxe(mine.page)).toEqual([]);
  });
});
