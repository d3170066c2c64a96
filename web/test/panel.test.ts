// @vitest-environment happy-dom
// The pretend helpdesk: the events it posts, and its memory.
import { beforeEach, describe, expect, it } from 'vitest';
import { Desk } from '../panel/desk';
import * as events from '../panel/events';
import type { DemoAgent, Ticket } from '../panel/types';

const ana: DemoAgent = { id: 'ana', name: 'Ana Souza', role: 'agent', department: 'support', token: 't' };
const ben: DemoAgent = { ...ana, id: 'ben.o', name: 'Ben Okafor' };
const ticket: Ticket = {
  id: 'HD-1',
  number: '1',
  subject: 'Login Issue',
  url: '/panel?ticket=HD-1',
  status: 'open',
  priority: 'normal',
  department: 'support',
  assignees: ['ana'],
  pm: null,
  customer: { id: 'c1', name: 'Carla Reis', email: null },
};

describe('events of the desk', () => {
  it('are CloudEvents with the ticket as it is afterwards', () => {
    const { event, ticket: after } = events.assigned(ticket, ben, ana);
    expect(event).toMatchObject({ specversion: '1.0', type: 'ticket.assigned', source: '/demo-desk' });
    expect(event.data).toMatchObject({
      actor: { kind: 'agent', id: 'ana' },
      ticket: { id: 'HD-1', assignees: ['ben.o'] },
      assigned: { agents: ['ben.o'], by_rule: false },
    });
    expect(after.assignees).toEqual(['ben.o']);
    expect(events.assigned(ticket, ben, null).event.data).toMatchObject({ actor: { kind: 'system' } });
  });

  it('name the mentioned agents', () => {
    expect(events.mentionsIn('@ana and @Ben.o. not @benny, not mail@ana', [ana, ben])).toEqual([
      'ana',
      'ben.o',
    ]);
    const { event } = events.agentNotes(ticket, ana, '@ben.o look', [ana, ben]);
    expect(event).toMatchObject({
      type: 'note.added',
      data: { message: { text: '@ben.o look', mentions: ['ben.o'] } },
    });
  });

  it('say when a reply reopens', () => {
    const { event, ticket: after } = events.customerReplies({ ...ticket, status: 'closed' }, 'again');
    expect(event.data).toMatchObject({ reopened: true, actor: { kind: 'customer', id: 'c1' } });
    expect(after.status).toBe('open');
  });
});

describe('the desk', () => {
  beforeEach(() => localStorage.clear());

  it('keeps the thread, for the other tabs too, and forgets it with the run', () => {
    const desk = new Desk('run-1', [ticket]);
    desk.record(events.agentReplies(ticket, ana, 'Have you tried again?', [ana]));
    const other = new Desk('run-1', [ticket]);
    expect(other.find('HD-1')?.thread.map(({ text }) => text)).toContain('Have you tried again?');
    const next = new Desk('run-2', [ticket]);
    expect(next.find('HD-1')?.thread).toHaveLength(1);
    expect(localStorage.getItem('bellhop.demo.run-1')).toBeNull();
    desk.close();
    other.close();
    next.close();
  });
});
