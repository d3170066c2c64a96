// The CloudEvents that the pretend helpdesk posts. Each function takes the ticket as it is, returns the ticket as
// it is afterwards, the event that tells so, and the line for the thread.
import type { Actor, DemoAgent, Message, Ticket } from './types';

export interface DeskAct {
  ticket: Ticket;
  event: CloudEvent;
  message: Message;
}

export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: '/demo-desk';
  type: string;
  time: string;
  data: Record<string, unknown>;
}

/** Nobody works on it any more; a customer's word opens it again. */
export function isClosed({ status }: Ticket): boolean {
  return status === 'closed' || status === 'resolved';
}

export function customerReplies(ticket: Ticket, text: string): DeskAct {
  const after = { ...ticket, status: 'open' };
  const message = say('customer', ticket.customer?.name ?? 'Customer', text);
  const data = { message: wire(message), reopened: isClosed(ticket) };
  return act('message.received', customerOf(ticket), after, data, message);
}

export function customerReopens(ticket: Ticket): DeskAct {
  const message = say('event', ticket.customer?.name ?? 'Customer', 'reopened the ticket');
  const data = { previous_assignees: ticket.assignees };
  return act('ticket.reopened', customerOf(ticket), { ...ticket, status: 'open' }, data, message);
}

export function agentReplies(ticket: Ticket, by: DemoAgent, text: string, agents: DemoAgent[]): DeskAct {
  const message = say('reply', by.name, text);
  const data = { message: wire(message, mentionsIn(text, agents)), notify_customer: 'all' };
  return act('reply.sent', agent(by), ticket, data, message);
}

export function agentNotes(ticket: Ticket, by: DemoAgent, text: string, agents: DemoAgent[]): DeskAct {
  const message = say('note', by.name, text);
  return act('note.added', agent(by), ticket, { message: wire(message, mentionsIn(text, agents)) }, message);
}

export function assigned(ticket: Ticket, to: DemoAgent, by: DemoAgent | null): DeskAct {
  const words = by ? `assigned the ticket to ${to.name}` : `An assignment rule gave the ticket to ${to.name}`;
  const message = say('event', by?.name ?? '', words);
  const data = { assigned: { agents: [to.id], team: null, by_rule: by === null } };
  const actor: Actor = by ? agent(by) : { kind: 'system', id: null, name: 'System' };
  return act('ticket.assigned', actor, { ...ticket, assignees: [to.id] }, data, message);
}

export function escalated(ticket: Ticket, by: DemoAgent, escalation: 'normal' | 'emergency'): DeskAct {
  const words = escalation === 'emergency' ? 'escalated the ticket as an emergency' : 'escalated the ticket';
  const after = { ...ticket, priority: escalation === 'emergency' ? 'urgent' : 'high' };
  return act('ticket.escalated', agent(by), after, { escalation }, say('event', by.name, words));
}

export function closed(ticket: Ticket, by: DemoAgent): DeskAct {
  return act(
    'ticket.closed',
    agent(by),
    { ...ticket, status: 'closed' },
    {},
    say('event', by.name, 'closed the ticket'),
  );
}

/** An agent looks at the ticket: their notifications of it are read. Leaves no line in the thread. */
export function viewed(ticket: Ticket, by: DemoAgent): CloudEvent {
  return act('ticket.viewed', agent(by), ticket, {}, say('event', by.name, 'viewed')).event;
}

/** The ids of the agents whom the text names as @id. */
export function mentionsIn(text: string, agents: DemoAgent[]): string[] {
  const named = [...text.matchAll(/@([\w.-]*\w)/g)].map((match) => match[1]?.toLowerCase());
  return agents.filter(({ id }) => named.includes(id.toLowerCase())).map(({ id }) => id);
}

function act(type: string, actor: Actor, ticket: Ticket, data: object, message: Message): DeskAct {
  const event: CloudEvent = {
    specversion: '1.0',
    id: `demo-${crypto.randomUUID()}`,
    source: '/demo-desk',
    type,
    time: new Date(message.at).toISOString(),
    data: { actor, ticket: snapshot(ticket), ...data },
  };
  return { ticket, event, message };
}

/** The ticket without what only the desk keeps. */
function snapshot(ticket: Ticket): Ticket {
  const copy = { ...ticket } as Ticket & { thread?: unknown };
  delete copy.thread;
  return copy;
}

function say(kind: Message['kind'], author: string, text: string): Message {
  return { id: `C-${crypto.randomUUID().slice(0, 8)}`, kind, author, text, at: Date.now() };
}

function wire({ id, text }: Message, mentions: string[] = []) {
  return { id, text, html: null, attachments: [], mentions };
}

function agent({ id, name }: DemoAgent): Actor {
  return { kind: 'agent', id, name };
}

function customerOf({ customer }: Ticket): Actor {
  return { kind: 'customer', id: customer?.id ?? null, name: customer?.name ?? 'Customer' };
}
