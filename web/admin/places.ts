// The pages of the console and their addresses: `#/deliveries?channel=email`, `#/templates/assignment`.
import { icons, type Icon } from '../elements/icons';

export interface Place {
  page: string;
  /** What of the page is open: an id, decoded. */
  id: string | null;
  query: URLSearchParams;
}

interface PageListed {
  page: string;
  name: string;
  icon: Icon;
  /** Further pages that belong to it. */
  group: string;
}

export const PAGES: PageListed[] = [
  { page: 'overview', name: 'Overview', icon: icons.bell, group: 'What happens' },
  { page: 'deliveries', name: 'Deliveries', icon: icons.transfer, group: 'What happens' },
  { page: 'webhooks', name: 'Webhooks', icon: icons.open, group: 'What happens' },
  { page: 'explain', name: 'Explain', icon: icons.mention, group: 'What happens' },
  { page: 'settings', name: 'Rules and alerts', icon: icons.gear, group: 'What is set' },
  { page: 'templates', name: 'Templates', icon: icons.note, group: 'What is set' },
  { page: 'people', name: 'People', icon: icons.assignment, group: 'Who' },
  { page: 'sources', name: 'Sources', icon: icons.ticket, group: 'Who' },
  { page: 'keys', name: 'API keys', icon: icons.lock, group: 'Who' },
  { page: 'blocked', name: 'Not to be reached', icon: icons.chat, group: 'Who' },
  { page: 'system', name: 'System', icon: icons.coverage, group: 'The machine' },
];

/** Where an address leads; the overview where it names no page. */
export function placeOf(hash: string): Place {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page = '', ...rest] = path.split('/');
  const known = PAGES.some((listed) => listed.page === page);
  const id = known && rest.length ? decode(rest.join('/')) : null;
  return { page: known ? page : 'overview', id, query: new URLSearchParams(search) };
}

/** The address of a page; parameters that say nothing are left out. */
export function hrefOf(
  page: string,
  id: string | null = null,
  parameters: Record<string, string> = {},
): string {
  const meant = Object.entries(parameters).filter(([, value]) => value !== '');
  const search = meant.length ? `?${new URLSearchParams(meant).toString()}` : '';
  return `#/${page}${id === null ? '' : `/${encodeURIComponent(id)}`}${search}`;
}

export function nameOf(page: string): string {
  return PAGES.find((listed) => listed.page === page)?.name ?? 'Administration';
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text) || null;
  } catch {
    return null;
  }
}
