// The headless client, for pages that draw their own bell.
export { Api, Refused, Unreachable } from './api';
export { BellhopClient, type ClientOptions, type ClientStatus } from './client';
export type { ConnectionPhase } from './connection';
export { browserEnvironment, type Timing } from './environment';
export * from './preferences';
export * from './protocol';
