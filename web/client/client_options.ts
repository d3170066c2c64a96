// What a client is made from, and what it says of itself.
import type { ConnectionStatus } from './connection';
import type { Environment } from './environment';
import type { PageSignals } from './page';
import type { TabPlatform } from './tabs';

export interface ClientOptions {
  /** The hub's origin; empty for the page's own. */
  server?: string;
  token?: string | null;
  tokenUrl?: string | null;
  environment?: Environment;
  page?: PageSignals;
  /** How tabs share the connection; null: they do not. */
  tabs?: TabPlatform | null;
}

export interface ClientStatus extends ConnectionStatus {
  /** When the hub was last heard, epoch ms. */
  lastSyncAt: number | null;
}
