import type { DbSessionErrorCode, PoolStatus } from "../../../../runtime/src/index.js";

/** An error of this package, for `toMatchObject`. */
export const coded = (name: string): { code: DbSessionErrorCode } => ({
  code: `ERR_DB_SESSION_${name}` as DbSessionErrorCode,
});

/** A database's error, for `toMatchObject`. */
export const sqlState = (code: string): { code: string } => ({ code });

/** Connections of a pool. */
export const total = ({ idle, inUse, connecting, closing }: PoolStatus): number => idle + inUse + connecting + closing;

/** The counts that matter most, for `toEqual`. */
export const counts = ({ idle, inUse, waiting }: PoolStatus): { idle: number; inUse: number; waiting: number } => ({
  idle,
  inUse,
  waiting,
});
