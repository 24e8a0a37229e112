import { channel } from "node:diagnostics_channel";

/**
 * What a channel of the pool's metrics carries. The channels have the names of OpenTelemetry's semantic conventions for database client
 * connection pools; nothing is computed while nobody subscribes.
 *
 * | channel | kind | value |
 * |---|---|---|
 * | `db.client.connection.count` | state | connections, by `db.client.connection.state`: `idle` or `used` |
 * | `db.client.connection.idle.max` | state | `poolSize` |
 * | `db.client.connection.idle.min` | state | `minIdle` |
 * | `db.client.connection.max` | state | `poolSize + maxOverflow` |
 * | `db.client.connection.pending_requests` | state | callers that wait |
 * | `db.client.connection.timeouts` | counter | 1 for each acquire that timed out |
 * | `db.client.connection.create_time` | histogram | seconds that it took to open a connection |
 * | `db.client.connection.wait_time` | histogram | seconds from an acquire to its connection |
 * | `db.client.connection.use_time` | histogram | seconds that a caller had a connection |
 *
 * A *state* carries the present value, whenever it changes (limits: when the pool is made or resized, and with each new connection); limits
 * that are `Infinity` are not published.
 */
export interface PoolMetric {
  readonly value: number;
  readonly attributes: Readonly<Record<string, string>>;
}

const name = (last: string): string => `db.client.connection.${last}`;

const channels = {
  count: channel(name("count")),
  idleMax: channel(name("idle.max")),
  idleMin: channel(name("idle.min")),
  max: channel(name("max")),
  pendingRequests: channel(name("pending_requests")),
  timeouts: channel(name("timeouts")),
  createTime: channel(name("create_time")),
  waitTime: channel(name("wait_time")),
  useTime: channel(name("use_time")),
};

let pools = 0;

/** Publishes the metrics of one pool. Times are milliseconds here and seconds there. */
export class PoolMetrics {
  readonly poolName: string;
  readonly #attributes: Readonly<Record<string, string>>;
  readonly #idle: Readonly<Record<string, string>>;
  readonly #used: Readonly<Record<string, string>>;

  /** @param poolName tells the pools of one process apart; default: the system and a number */
  constructor(system: string, poolName = `${system}-${++pools}`) {
    this.poolName = poolName;
    this.#attributes = {
      "db.client.connection.pool.name": poolName,
      "db.system.name": system,
    };
    this.#idle = { ...this.#attributes, "db.client.connection.state": "idle" };
    this.#used = { ...this.#attributes, "db.client.connection.state": "used" };
  }

  get wantsWaitTime(): boolean {
    return channels.waitTime.hasSubscribers;
  }
  get wantsUseTime(): boolean {
    return channels.useTime.hasSubscribers;
  }

  count(idle: number, used: number): void {
    if (!channels.count.hasSubscribers) return;
    channels.count.publish({ value: idle, attributes: this.#idle } satisfies PoolMetric);
    channels.count.publish({ value: used, attributes: this.#used } satisfies PoolMetric);
  }

  limits(poolSize: number, minIdle: number, max: number): void {
    this.#publish("idleMax", poolSize);
    this.#publish("idleMin", minIdle);
    this.#publish("max", max);
  }

  pendingRequests(waiting: number): void {
    this.#publish("pendingRequests", waiting);
  }

  timeout(): void {
    this.#publish("timeouts", 1);
  }

  created(millis: number): void {
    this.#publish("createTime", millis / 1_000);
  }

  waited(millis: number): void {
    this.#publish("waitTime", millis / 1_000);
  }

  used(millis: number): void {
    this.#publish("useTime", millis / 1_000);
  }

  #publish(metric: keyof typeof channels, value: number): void {
    if (!channels[metric].hasSubscribers || value === Infinity) return;
    channels[metric].publish({ value, attributes: this.#attributes } satisfies PoolMetric);
  }
}
