// The kinds of records in the directory: how each is listed, and which fields of it can be changed here.
export interface Person {
  id: string;
  name: string;
  [member: string]: unknown;
}

export interface Field {
  name: string;
  label: string;
  hint?: string;
  type?: 'text' | 'email' | 'tel' | 'switch' | 'list';
  choices?: [value: string, words: string][];
}

export interface Kind {
  name: string;
  one: string;
  many: string;
  path: string;
  fields: Field[];
  about: (person: Person) => string;
  pills: (person: Person) => [word: string, words: string][];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const joined = (...parts: unknown[]): string => parts.map(text).filter(Boolean).join(', ');
const NAME: Field = { name: 'name', label: 'Name' };
const EMAIL: Field = { name: 'email', label: 'Email', type: 'email' };
const PHONE: Field = { name: 'phone', label: 'Phone', type: 'tel', hint: '+15550100123' };
const EXTERNAL: Field = {
  name: 'external_ids',
  label: 'Known as',
  type: 'list',
  hint: 'source:id, with commas',
};
const STATUSES: [string, string][] = [
  ['active', 'active'],
  ['vacation', 'on vacation: entries are kept quietly'],
  ['inactive', 'inactive: told nothing, signed out'],
];
const ROLES: [string, string][] = [
  ['agent', 'agent'],
  ['pm', 'project manager'],
  ['admin', 'administrator'],
];
const RECIPIENTS: [string, string][] = [
  ['extended', 'its members and those with extended access'],
  ['members', 'its members'],
  ['admin_only', 'the administrative address alone'],
  ['none', 'nobody'],
];

export const KINDS: Kind[] = [
  {
    name: 'agents',
    one: 'agent',
    many: 'Agents',
    path: '/api/v1/agents',
    fields: [
      NAME,
      EMAIL,
      PHONE,
      { name: 'status', label: 'Status', choices: STATUSES },
      { name: 'role', label: 'Role', choices: ROLES },
      { name: 'department', label: 'Department', hint: 'id' },
      { name: 'time_zone', label: 'Time zone', hint: 'Europe/Lisbon' },
      EXTERNAL,
    ],
    about: ({ id, name, email, department }) => joined(name ? id : '', email, department),
    pills: ({ role, status }) => [
      ...(role && role !== 'agent'
        ? [['stored', role === 'pm' ? 'project manager' : text(role)] as [string, string]]
        : []),
      [text(status), text(status)],
    ],
  },
  {
    name: 'teams',
    one: 'team',
    many: 'Teams',
    path: '/api/v1/teams',
    fields: [
      NAME,
      { name: 'lead', label: 'Lead', hint: 'agent id' },
      { name: 'members', label: 'Members', type: 'list', hint: 'agent ids, with commas' },
      { name: 'alerts', label: 'Its members get alerts', type: 'switch' },
    ],
    about: ({ id, name, lead }) => joined(name ? id : '', lead ? `led by ${text(lead)}` : ''),
    pills: ({ members, alerts }) => [
      ['', count(members, 'member')],
      ...(alerts === false ? [['held', 'no alerts'] as [string, string]] : []),
    ],
  },
  {
    name: 'departments',
    one: 'department',
    many: 'Departments',
    path: '/api/v1/departments',
    fields: [
      NAME,
      { name: 'manager', label: 'Manager', hint: 'agent id' },
      { name: 'alert_recipients', label: 'Its alert emails reach', choices: RECIPIENTS },
    ],
    about: ({ id, name, manager }) => joined(name ? id : '', manager ? `managed by ${text(manager)}` : ''),
    pills: ({ alert_recipients }) => {
      const reach = text(alert_recipients);
      return reach === 'none' || reach === 'admin_only'
        ? [['held', reach === 'none' ? 'alerts reach nobody' : 'alerts to the administrative address']]
        : [];
    },
  },
  {
    name: 'contacts',
    one: 'customer',
    many: 'Customers',
    path: '/api/v1/contacts',
    fields: [NAME, EMAIL, PHONE, EXTERNAL],
    about: ({ id, name, email, phone }) => joined(name ? id : '', email, phone),
    pills: () => [],
  },
];

export function kindOf(name: string | null): Kind {
  return KINDS.find((kind) => kind.name === name) ?? KINDS[0]!;
}

/** A field of a record as its input shows it. */
export function shownValue(field: Field, person: Person | null): string {
  const value = person?.[field.name];
  if (field.type === 'list') {
    const list = Array.isArray(value) ? (value as unknown[]) : [];
    return list
      .map((each) => (typeof each === 'string' ? each : text((each as { agent?: unknown }).agent)))
      .join(', ');
  }
  return text(value);
}

/** Only what differs from the record: what nobody touched stays as the helpdesk sent it. */
export function changesOf(
  kind: Kind,
  person: Person | null,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const field of kind.fields) {
    if (field.type === 'switch') {
      const isOn = given[field.name] === 'yes';
      if (isOn !== (person?.[field.name] ?? true)) changes[field.name] = isOn;
      continue;
    }
    const now = text(given[field.name]).trim();
    if (now === shownValue(field, person)) continue;
    changes[field.name] = field.type === 'list' ? listOf(field, now, person) : emptied(field, now);
  }
  return changes;
}

function emptied(field: Field, value: string): string | null {
  return value === '' && field.name !== 'name' ? null : value;
}

/** Members of a team keep what is known of them beside their id. */
function listOf(field: Field, value: string, person: Person | null): unknown[] {
  const ids = [
    ...new Set(
      value
        .split(',')
        .map((id) => id.trim())
        .filter(Boolean),
    ),
  ];
  if (field.name !== 'members') return ids;
  const known = (Array.isArray(person?.members) ? person.members : []) as { agent: string }[];
  return ids.map((agent) => known.find((member) => member.agent === agent) ?? { agent });
}

function count(list: unknown, word: string): string {
  const length = Array.isArray(list) ? list.length : 0;
  return `${length} ${word}${length === 1 ? '' : 's'}`;
}
