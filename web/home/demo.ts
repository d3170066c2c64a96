// Who can be somebody in `bellhop demo`, where nobody has a mailbox of their own and the server issues no tokens from the
// command line. The demo listens on loopback only: elsewhere it is not asked for.
import { loadState } from '../panel/hub_api';
import type { DemoAgent } from '../panel/types';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Nobody where this is no demo. */
export async function demoPeople(): Promise<DemoAgent[]> {
  if (!LOOPBACK.test(location.hostname)) return [];
  try {
    return (await loadState()).agents;
  } catch {
    // The card says that the hub cannot be reached when somebody uses it.
    return [];
  }
}
