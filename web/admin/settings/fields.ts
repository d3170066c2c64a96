// What can be set, as a person reads it: part by part, each field with its path in `PATCH /api/v1/settings`.
export interface Toggle {
  path: string;
  label: string;
  text?: string;
}

export interface Group {
  title: string;
  text?: string;
  /** The switch of the whole group; the others matter only while it is on. */
  active?: string;
  fields: Toggle[];
}

const toggle = (path: string, label: string, text?: string): Toggle => ({
  path,
  label,
  ...(text ? { text } : {}),
});

const MANAGER = 'Department’s manager';
const MEMBERS = 'Department’s members';
const ONLY_UNASSIGNED = 'Members only while nobody is assigned';

export const ALERTS: Group[] = [
  alert('new_ticket', 'New ticket', 'A ticket was created.', {
    admin: 'Administrative address',
    department_manager: MANAGER,
    department_members: `${MEMBERS}, unless it came assigned`,
    account_manager: 'Who looks after the customer’s organization',
  }),
  alert('new_message', 'New message', 'The customer wrote.', {
    last_respondent: 'Who answered last',
    assigned: 'Assigned agent, else the assigned team',
    department_manager: MANAGER,
    account_manager: 'Who looks after the customer’s organization',
  }),
  alert('internal_activity', 'Internal activity', 'A note, or an agent’s reply.', {
    last_respondent: 'Who answered last',
    assigned: 'Assigned agent, else the assigned team',
    department_manager: MANAGER,
  }),
  alert('assignment', 'Assignment', 'A ticket was assigned.', {
    agent: 'Newly assigned agent',
    team_lead: 'Lead of the newly assigned team',
    team_members: 'Its members',
  }),
  alert(
    'transfer',
    'Transfer',
    'A ticket came from another department; these are the people of the new one.',
    {
      assigned: 'Assigned agent and team',
      department_manager: MANAGER,
      department_members: MEMBERS,
      members_only_if_unassigned: ONLY_UNASSIGNED,
    },
  ),
  alert('overdue', 'Overdue', 'A ticket is overdue.', {
    admin: 'Administrative address',
    assigned: 'Assigned agent, else the assigned team',
    department_manager: MANAGER,
    department_members: MEMBERS,
    members_only_if_unassigned: ONLY_UNASSIGNED,
  }),
];

function alert(name: string, title: string, text: string, members: Record<string, string>): Group {
  const fields = Object.entries(members).map(([member, label]) => toggle(`alerts.${name}.${member}`, label));
  return { title, text, active: `alerts.${name}.active`, fields };
}

export const CUSTOMERS: Group[] = [
  {
    title: 'What customers are sent by themselves',
    text: 'A department or a help topic can switch it off for its own tickets.',
    fields: [
      toggle('autoresponses.new_ticket', 'Their new ticket was received'),
      toggle('autoresponses.new_ticket_by_agent', 'An agent opened a ticket for them'),
      toggle('autoresponses.message_submitter', 'Their message was received'),
      toggle('autoresponses.message_participants', 'The others on the ticket get the message'),
      toggle('autoresponses.overlimit', 'They have as many open tickets as they may'),
    ],
  },
  {
    title: 'Chats',
    fields: [
      toggle(
        'chat.offline_email.active',
        'An email when an agent answers while the customer is away',
        'One for each absence.',
      ),
    ],
  },
];

export const GENERAL: Group[] = [
  {
    title: 'Nobody is forgotten',
    fields: [
      toggle(
        'coverage.active',
        'Tell somebody in charge when an event reached nobody',
        'The department’s manager, else the administrators.',
      ),
      toggle(
        'resolved_by_work.active',
        'What a colleague handled is settled for the others',
        'Answered, reassigned, merged or closed.',
      ),
      toggle(
        'critical_always',
        'Critical ones get through quiet hours',
        'Whatever agents wish. Otherwise it is their own choice.',
      ),
    ],
  },
  {
    title: 'To the administrative address',
    text: 'System errors always go there.',
    fields: [
      toggle('system_alerts.sql_errors', 'SQL errors'),
      toggle('system_alerts.excessive_logins', 'Excessive attempts to sign in'),
    ],
  },
];

export interface NumberField {
  path: string;
  label: string;
  text: string;
  least: number;
  unit: string;
}

export const LIMITS: NumberField[] = [
  {
    path: 'limits.emails_per_hour',
    label: 'Emails to one agent within an hour',
    text: 'Further ones wait for the hour’s end, to go out as one.',
    least: 0,
    unit: 'emails',
  },
  {
    path: 'sms.daily_limit',
    label: 'Text messages a day',
    text: 'Of the whole installation. Days are UTC’s.',
    least: 0,
    unit: 'texts',
  },
  {
    path: 'sms.daily_limit_per_person',
    label: 'Text messages a day to one person',
    text: 'Each person counts for themself.',
    least: 0,
    unit: 'texts',
  },
  {
    path: 'retention_days',
    label: 'Days that read or dismissed notifications are kept',
    text: 'Unread ones stay.',
    least: 1,
    unit: 'days',
  },
];

export const CATEGORIES: [id: string, label: string, shipped: 'on' | 'off' | 'required'][] = [
  ['ticket_assigned', 'Ticket Assigned', 'on'],
  ['team_assigned', 'Team Assigned', 'on'],
  ['new_client_message', 'New Client Message', 'on'],
  ['mention', 'Mention', 'on'],
  ['escalation', 'Escalation', 'on'],
  ['ai_critical', 'AI Critical Alert', 'on'],
  ['over_budget', 'Over-Budget', 'on'],
  ['doc_review', 'Documentation Review', 'on'],
  ['overdue', 'Overdue', 'on'],
  ['chat', 'Chat', 'on'],
  ['custom', 'Custom', 'on'],
  ['transfer', 'Transfer', 'off'],
  ['new_ticket_department', 'New Ticket (Dept)', 'off'],
  ['note_added', 'Note Added', 'off'],
  ['emoji_reaction', 'Emoji Reaction', 'off'],
  ['coverage', 'Coverage', 'required'],
];

/** Beside the switches, the alert emails that departments can switch off, by category. */
export const EMAILED_CATEGORIES = ['ai_critical', 'escalation', 'over_budget', 'doc_review'];

export const PARTS = [
  ['alerts', 'Alert emails'],
  ['rules', 'Rules of the bell'],
  ['departments', 'Departments'],
  ['categories', 'Kinds and locks'],
  ['defaults', 'New agents'],
  ['customers', 'Customers'],
  ['limits', 'Limits'],
  ['general', 'General'],
] as const;

export type Part = (typeof PARTS)[number][0];

const NAMES = new Map<string, string>([
  ...[...ALERTS, ...CUSTOMERS, ...GENERAL].flatMap(namesOfGroup),
  ...LIMITS.map(({ path, label }): [string, string] => [path, label]),
]);

function namesOfGroup({ title, active, fields }: Group): [path: string, name: string][] {
  const names = fields.map(({ path, label }): [string, string] => [path, `${title}: ${label}`]);
  return active ? [[active, `${title}: the alert as a whole`], ...names] : names;
}

/** A path in words, for lists of changes. */
export function nameOfPath(path: string[], departments: Record<string, string> = {}): string {
  const known = NAMES.get(path.join('.'));
  if (known) return known;
  const [first, second = '', ...rest] = path;
  const category = (id: string) => CATEGORIES.find(([known]) => known === id)?.[1] ?? id;
  switch (first) {
    case 'categories':
      return `Bell, ${category(second)}`;
    case 'alert_email':
      return `Alert email, ${category(second)}`;
    case 'fallback_email':
      return `Fallback email, ${category(second)}`;
    case 'rules_off':
      return 'Rules of the bell';
    case 'texts':
      return `Text ${second}`;
    case 'departments':
      return `${departments[second] ?? second}: ${rest.join(' ').replaceAll('_', ' ')}`;
    case 'help_topics':
      return `Help topic ${second}: ${rest.join(' ').replaceAll('_', ' ')}`;
    case 'defaults':
      return `New agents: ${[second, ...rest].join(' ').replaceAll('_', ' ')}`;
    default:
      return path.join(' ').replaceAll('_', ' ');
  }
}
