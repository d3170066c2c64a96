// What the demo server tells the pretend helpdesk at its start, and what the desk itself keeps of a ticket.
export interface DemoAgent {
  id: string;
  name: string;
  role: string;
  department: string | null;
  token: string;
}

export interface Customer {
  id: string;
  name: string;
  email: string | null;
}

/** A `data.ticket` snapshot, as events carry it. */
export interface Ticket {
  id: string;
  number: string;
  subject: string;
  url: string;
  status: string;
  priority: string;
  channel?: string | null;
  department: string | null;
  team?: string | null;
  assignees: string[];
  pm: string | null;
  customer: Customer | null;
  participants?: unknown[];
}

export interface DemoState {
  agents: DemoAgent[];
  api_key: string;
  tickets: Ticket[];
  customers: Customer[];
}

export interface Message {
  id: string;
  kind: 'customer' | 'reply' | 'note' | 'event';
  author: string;
  text: string;
  at: number;
}

/** A ticket with its thread, as the desk shows it. */
export interface DeskTicket extends Ticket {
  thread: Message[];
}

/** Who acts: what becomes `data.actor`. */
export interface Actor {
  kind: 'agent' | 'customer' | 'bot' | 'system';
  id: string | null;
  name: string;
}
