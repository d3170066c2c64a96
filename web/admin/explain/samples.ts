// Events that people ask about most, as forms: which fields each has, and the CloudEvent they make.
export interface FormField {
  name: string;
  label: string;
  hint?: string;
  choices?: [value: string, label: string][];
  value?: string;
}

export interface Sample {
  type: string;
  label: string;
  fields: FormField[];
}

const TICKET: FormField = { name: 'ticket', label: 'Ticket', hint: 'id', value: 'HD-00123' };
const DEPARTMENT: FormField = { name: 'department', label: 'Department', hint: 'id, or as it is known' };
const ASSIGNEES: FormField = { name: 'assignees', label: 'Assigned agents', hint: 'ids, with commas' };
const PM: FormField = { name: 'pm', label: 'Project manager', hint: 'agent id' };
const ACTOR: FormField = { name: 'actor', label: 'Who did it', hint: 'agent id; empty: the system' };
const TEXT: FormField = { name: 'text', label: 'Text', hint: 'mentions as @id' };

export const SAMPLES: Sample[] = [
  { type: 'ticket.assigned', label: 'A ticket is assigned', fields: [TICKET, ASSIGNEES, ACTOR, DEPARTMENT] },
  {
    type: 'message.received',
    label: 'The customer writes',
    fields: [TICKET, ASSIGNEES, PM, DEPARTMENT, TEXT],
  },
  { type: 'ticket.created', label: 'A ticket is created', fields: [TICKET, DEPARTMENT, ASSIGNEES] },
  { type: 'note.added', label: 'A colleague adds a note', fields: [TICKET, ASSIGNEES, ACTOR, TEXT] },
  { type: 'reply.sent', label: 'An agent answers', fields: [TICKET, ASSIGNEES, ACTOR, TEXT] },
  {
    type: 'ticket.escalated',
    label: 'A ticket is escalated',
    fields: [
      TICKET,
      ASSIGNEES,
      PM,
      ACTOR,
      {
        name: 'escalation',
        label: 'How',
        choices: [
          ['normal', 'normal'],
          ['emergency', 'emergency'],
        ],
      },
    ],
  },
  {
    type: 'ticket.urgency_changed',
    label: 'The urgency changes',
    fields: [
      TICKET,
      ASSIGNEES,
      PM,
      {
        name: 'urgency',
        label: 'To',
        choices: ['critical', 'high', 'normal', 'low'].map((urgency): [string, string] => [urgency, urgency]),
      },
    ],
  },
  {
    type: 'ticket.transferred',
    label: 'A ticket changes departments',
    fields: [TICKET, DEPARTMENT, ASSIGNEES, ACTOR],
  },
  { type: 'ticket.overdue', label: 'A ticket is overdue', fields: [TICKET, DEPARTMENT, ASSIGNEES] },
  { type: 'ticket.reopened', label: 'A ticket is reopened', fields: [TICKET, ASSIGNEES] },
];

const BY_CUSTOMER = ['message.received', 'ticket.created', 'ticket.reopened'];

/** The event that a filled form means. What is empty is left out, so that the hub uses what it knows. */
export function eventOf(
  type: string,
  given: Record<string, string>,
  now = new Date(),
): Record<string, unknown> {
  const { ticket = '', text, escalation, urgency } = given;
  const assignees = listOf(given.assignees);
  const known = {
    id: ticket,
    ...(assignees.length ? { assignees } : {}),
    ...(given.department ? { department: given.department } : {}),
    ...(given.pm ? { pm: given.pm } : {}),
  };
  const data: Record<string, unknown> = { actor: actorOf(type, given.actor), ticket: known };
  if (type === 'ticket.assigned') data.assigned = { agents: assignees };
  if (['message.received', 'note.added', 'reply.sent'].includes(type)) {
    data.message = { id: 'example', text: text || 'An example.' };
  }
  if (escalation) data.escalation = escalation;
  if (urgency) data.urgency = urgency;
  return { specversion: '1.0', id: 'example', source: '/admin', type, time: now.toISOString(), data };
}

function actorOf(type: string, actor: string | undefined): Record<string, unknown> {
  if (actor) return { kind: 'agent', id: actor };
  return BY_CUSTOMER.includes(type)
    ? { kind: 'customer', id: 'example-customer', name: 'A customer' }
    : { kind: 'system', id: null };
}

function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}
