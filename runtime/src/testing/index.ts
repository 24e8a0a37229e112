export type { Clock, Timer, TimerOptions } from "../clock.js";
export type {
  ConnectionStatus,
  ConnectOptions,
  Driver,
  DriverConnection,
  DriverQueryOptions,
} from "../driver/driver.js";
export type { FakeAnswer, FakeAnswerer, FakeCall, FakeRows, RespondOptions } from "./answers.js";
export { connectionLost, connectionRefused, FakeDatabaseError, terminatedByAdministrator } from "./database-error.js";
export type { DatabaseErrorDetails } from "./database-error.js";
export type { FakeClient, FakeConnection, KillOptions } from "./fake-connection.js";
export { createFakeDriver, FakeDriver, type FakeDriverOptions } from "./fake-driver.js";
export type { FakeDriverSettings, FakeMessage } from "./fake-server.js";
export type { FakeStatement } from "./transaction-record.js";
export { VirtualClock } from "./virtual-clock.js";
