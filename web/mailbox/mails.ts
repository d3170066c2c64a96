// What the demo emailed, as `GET /demo/mailbox` lists it.
export interface MailListed {
  id: string;
  from: string;
  to: string;
  subject: string;
  /** RFC 3339. */
  date: string;
}

const WITHIN_MS = 10_000;

/** Newest first. Throws with words for the person. */
export async function loadMails(): Promise<MailListed[]> {
  const answer = await ask('/demo/mailbox');
  return ((await answer.json()) as { items: MailListed[] }).items;
}

/** The plain text of one. */
export async function loadText(id: string): Promise<string> {
  return (await ask(`${addressOf(id)}/text`)).text();
}

/** Its HTML as a page, which the server shuts in: no scripts, nothing from elsewhere. */
export function addressOf(id: string): string {
  return `/demo/mailbox/${encodeURIComponent(id)}`;
}

async function ask(path: string): Promise<Response> {
  const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(WITHIN_MS) });
  if (answer.ok) return answer;
  throw new Error(answer.status === 404 ? 'There is none.' : `The hub answered ${answer.status}.`);
}
