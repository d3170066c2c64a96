// What a source is, and which helpdesks there are.
export interface Source {
  id: string;
  kind: string;
  base_url: string | null;
  hook_url: string;
  secret?: string;
  last_delivery_at: string | null;
  last_error_at: string | null;
  last_error: string | null;
  unmatched: { external_id: string; name: string; times: number }[];
}

export const KINDS = [
  ['zammad', 'Zammad'],
  ['chatwoot', 'Chatwoot'],
  ['frappe', 'Frappe Helpdesk'],
  ['osticket', 'osTicket'],
  ['freescout', 'FreeScout, Help Scout'],
  ['support-board', 'Support Board'],
  ['slack', 'Slack'],
] as const;
