// Who can be somebody in `bellhop demo`, where nobody has a mailbox of their own and the server issues no tokens from the
// command line. The demo listens on loopback only: elsewhere it is not asked for.
export interface DemoPerson {
  id: string;
  name: string;
  role: string;
  token: string;
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Nobody where this is no demo. */
export async function demoPeople(): Promise<DemoPerson[]> {
  if (!LOOPBACK.test(location.hostname)) return [];
  try {
    const answer = await fetch('/demo/state');
    return answer.ok ? ((await answer.json()) as { agents: DemoPerson[] }).agents : [];
  } catch {
    // The card says that the hub cannot be reached when somebody uses it.
    return [];
  }
}
