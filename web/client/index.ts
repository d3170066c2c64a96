// The headless client, for pages that draw their own bell.
export { Alerts, type AlertOptions, type AlertWords } from './alerts';
export { Api, Refused, Unreachable } from './api';
export { BellhopClient, type ClientOptions, type ClientStatus } from './client';
export type { ConnectionPhase } from './connection';
export type { Undo } from './deeds';
export { browserEnvironment, type Timing } from './environment';
export * from './preferences';
export * from './protocol';
export type { Filter, View } from './views';
