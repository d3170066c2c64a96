// Sentences and forms of the administrators' pages.
import { describe, expect, it } from 'vitest';
import { changesOf, kindOf, shownValue } from '../admin/people_kinds';
import { eventOf, SAMPLES } from '../admin/explain/samples';
import { channelSentence, inOrder, sentenceOf } from '../admin/explain/verdict';
import { inWords } from '../admin/parts';
import { randomSecret } from '../admin/random_secret';
import { wordsOfTest } from '../admin/system';
import { noteOf } from '../admin/timeline';
import { purposeWords, stepWords, whyWords } from '../admin/words';

describe('a decision', () => {
  it('is a sentence, an unknown code included', () => {
    expect(sentenceOf({ recipient: 'ben', outcome: 'notified', reason: 'assigned' })).toBe(
      'Is told, because it was assigned to them.',
    );
    expect(sentenceOf({ recipient: 'jane', outcome: 'skipped', why: 'actor' })).toBe(
      'Is not told. It was their own act.',
    );
    expect(sentenceOf({ recipient: 'x', outcome: 'skipped', why: 'moon_phase' })).toBe(
      'Is not told. Moon phase.',
    );
    expect(channelSentence({ outcome: 'if_unacknowledged', after_ms: 10_000 })).toBe(
      'after 10 s unless a device confirms it',
    );
    expect(channelSentence({ outcome: 'now', rule: 'alerts.assignment.agent' })).toBe(
      'at once (alert assignment, agent)',
    );
    expect(channelSentence({ outcome: 'skipped', why: 'not_pm' })).toBe(
      'not sent: text messages are for project managers',
    );
  });

  it('stands with those who are told first', () => {
    const of = (outcome: string) => ({ recipient: outcome, outcome });
    const sorted = inOrder([of('skipped'), of('stored'), of('notified')]);
    expect(sorted.map(({ outcome }) => outcome)).toEqual(['notified', 'stored', 'skipped']);
  });

  it('has steps in words', () => {
    expect([stepWords('sent', true), stepWords('sent', false), stepWords('acked', true)]).toEqual([
      'Sent to',
      'Sent',
      'Confirmed by a device of',
    ]);
    const step = { at: null, recipient: 'ana', channel: 'email' };
    expect(noteOf({ ...step, what: 'stored', why: 'assigned', detail: 'number 4' })).toBe(
      'because it was assigned to them; number 4',
    );
    expect(noteOf({ ...step, what: 'planned', why: null, detail: 'fallback' })).toBe(
      'no device confirmed it',
    );
    expect(noteOf({ ...step, what: 'failed', why: 'timeout', detail: null })).toBe(whyWords('timeout'));
    expect(purposeWords('alerts.new_ticket.department_manager')).toBe('alert new ticket, department manager');
    expect([inWords(30_000), inWords(60_000), inWords(7_200_000)]).toEqual([
      'in a moment',
      'in 1 minute',
      'in 2 hours',
    ]);
  });
});

describe('a common event', () => {
  it('is made of what was filled in, the rest is left to what the hub knows', () => {
    const now = new Date('2026-11-20T09:00:00Z');
    expect(
      eventOf('ticket.assigned', { ticket: 'HD-1', assignees: ' ben, ana,', actor: 'jane' }, now),
    ).toEqual({
      specversion: '1.0',
      id: 'example',
      source: '/admin',
      type: 'ticket.assigned',
      time: '2026-11-20T09:00:00.000Z',
      data: {
        actor: { kind: 'agent', id: 'jane' },
        ticket: { id: 'HD-1', assignees: ['ben', 'ana'] },
        assigned: { agents: ['ben', 'ana'] },
      },
    });
    const reply = eventOf('message.received', { ticket: 'HD-1' }).data as Record<string, { kind?: string }>;
    expect([reply.actor?.kind, Object.keys(reply.ticket!)]).toEqual(['customer', ['id']]);
    expect(new Set(SAMPLES.map(({ type }) => type)).size).toBe(SAMPLES.length);
  });
});

describe('a record of the directory', () => {
  const agents = kindOf('agents');
  const ana = {
    id: 'ana',
    name: 'Ana',
    email: 'a@example.com',
    status: 'active',
    role: 'agent',
    external_ids: ['z:3'],
  };
  const given = { name: 'Ana', email: 'a@example.com', status: 'active', role: 'agent', external_ids: 'z:3' };

  it('is sent with what was changed and nothing else; what is emptied is cleared', () => {
    expect(changesOf(agents, ana, given)).toEqual({});
    expect(changesOf(agents, ana, { ...given, status: 'vacation', email: '' })).toEqual({
      status: 'vacation',
      email: null,
    });
    expect(changesOf(agents, ana, { ...given, external_ids: 'z:3, c:4,' })).toEqual({
      external_ids: ['z:3', 'c:4'],
    });
  });

  it('of a team keeps what is known of its members', () => {
    const teams = kindOf('teams');
    const team = { id: 'T', name: 'T', members: [{ agent: 'tom', alerts: false }], alerts: true };
    const members = teams.fields.find(({ name }) => name === 'members')!;
    expect(shownValue(members, team)).toBe('tom');
    expect(changesOf(teams, team, { name: 'T', members: 'tom, ana', alerts: 'yes' })).toEqual({
      members: [{ agent: 'tom', alerts: false }, { agent: 'ana' }],
    });
    expect(changesOf(teams, team, { name: 'T', members: 'tom' })).toEqual({ alerts: false });
    expect(kindOf('nonsense').name).toBe('agents');
  });
});

describe('secrets and tests', () => {
  it('are random, and as long as the hub makes them', () => {
    const [one, other] = [randomSecret(), randomSecret()];
    expect(one).toMatch(/^[0-9a-f]{48}$/);
    expect(one).not.toBe(other);
  });

  it('shows the mail server’s own words', () => {
    expect(wordsOfTest({ outcome: 'sent', why: null, detail: null, provider_id: null })).toContain('took it');
    const refused = {
      outcome: 'misconfigured',
      why: 'authentication_refused',
      detail: '535 no',
      provider_id: null,
    };
    expect(() => wordsOfTest(refused)).toThrow('535 no');
  });
});
