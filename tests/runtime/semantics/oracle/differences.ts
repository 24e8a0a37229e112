import type { Json } from "./translation.js";

export interface ListedDifference {
  path: string;
  /** What our record says; `undefined` where it has nothing at that path. */
  here: Json | undefined;
  why: string;
}

/** Some paths below one other, for one reason. */
function because(why: string, here: Record<string, Json | undefined>): ListedDifference[] {
  return Object.entries(here).map(([path, value]) => ({ path, here: value, why }));
}

const oneConnectionFourTimes =
  "pool.connect, pool.checkout, pool.reset, pool.checkin, pool.checkout, pool.reset, pool.checkin, pool.checkout, pool.reset, pool.checkin, pool.checkout, pool.reset, pool.checkin";

/** Where db-session differs on purpose. A difference that is not here fails the test, and so does one that is here and does not differ. */
export const differences: ListedDifference[] = [
  ...because(
    "D1: the failure wakes the waiter; the 0.1 s more is the back-off (D11), so that a dead server is not stormed.",
    {
      "lost_wakeup_on_connect_failure / B / 0": 0.6,
    },
  ),
  ...because("P7: a timeout of 0 is refused, and maxWaiting: 0 stands for it here.", {
    "acquire_timeout / 0 / 1": "ERR_DB_SESSION_QUEUE_FULL",
  }),
  ...because("P12: the attempt goes on without its caller, and its connection waits for the next.", {
    "cancel_during_connect / status / checkedin": 1,
    "cancel_during_connect / status / overflow": 0,
  }),

  ...because("D4: a waiter moves to the new pool at once, which has room for it.", {
    "dispose_with_waiters / waiter_when_conn_never_returned / 1": 0.005,
    "dispose_with_waiters / waiter_when_conn_never_returned / 2": "new_pool",
    "dispose_with_waiters / waiter_when_conn_returned_after_dispose / 1": 0.005,
    "dispose_with_waiters / waiter_when_conn_returned_after_dispose / 2": "new_pool",
  }),
  ...because("D4: the counts stay true.", {
    "dispose_with_checked_out / after_close / old_pool / checkedin": 0,
    "dispose_with_checked_out / after_close / old_pool / checkedout": 0,
  }),
  ...because("D5: what comes back to a pool that was replaced is closed at once.", {
    "dispose_with_checked_out / after_close / backends": 0,
    "dispose_with_checked_out / after_gc / warnings": "nothing",
    "dispose_with_checked_out / after_gc / warnings / 0": undefined,
    "dispose_with_checked_out / log":
      "pool.connect, pool.checkout, pool.connect, pool.checkout, pool.reset, pool.checkin, pool.close, BEGIN, SQL select 1, ROLLBACK, pool.reset, pool.checkin, pool.close",
  }),

  ...because(
    "Counts are of connections: a place without one is not idle (P40). Nothing comes back, so there is no checkin.",
    {
      "cancel_during_query / status / checkedin": 0,
      "cancel_during_query / status / overflow": -2,
      "cancel_during_query / status_after_close / checkedin": 0,
      "cancel_during_query / status_after_close / overflow": -2,
      "cancel_during_query / log":
        "pool.connect, pool.checkout, BEGIN, SQL select pg_backend_pid(), SQL select pg_sleep(30), pool.invalidate, pool.close",
      "cancel_inside_session_block / status / checkedin": 0,
      "cancel_inside_session_block / status / overflow": -1,
      "cancel_inside_session_block / log":
        "pool.connect, pool.checkout, BEGIN, SQL create temp table if not exists t1(a int), SQL select pg_sleep(30), pool.invalidate, pool.close",
      "detach_and_invalidate / detach / 1 / checkedin": 0,
      "detach_and_invalidate / detach / 1 / overflow": -1,
      "detach_and_invalidate / invalidate / 0": "pool.checkout, pool.invalidate, pool.close",
      "detach_and_invalidate / invalidate / 1 / checkedin": 0,
      "detach_and_invalidate / invalidate / 1 / overflow": -1,
    },
  ),
  ...because("As above; and the connection is given up as any other is that is of no use.", {
    "gc_unreturned / status / checkedin": 0,
    "gc_unreturned / status / overflow": -1,
    "gc_unreturned / log": "pool.connect, pool.checkout, BEGIN, SQL select 1, pool.invalidate, pool.close",
  }),
  ...because(
    "P39: the end of a detached connection is the event close, and there is no transaction to reset before it.",
    {
      "detach_and_invalidate / close_detached": "pool.connect, pool.checkout, pool.reset, pool.checkin, pool.close",
    },
  ),

  ...because(
    "P26: Node reads idle sockets, so that a death is noticed before the next checkout, with pre-ping or without.",
    {
      "disconnects / pre_ping=False / results / 0": 1,
    },
  ),
  ...because("The pool opens as many connections as are used at once: one, where calls come one after the other.", {
    "disconnects / pre_ping=False / log": oneConnectionFourTimes,
    "disconnects / pre_ping=False / status / checkedin": 1,
    "disconnects / pre_ping=False / status / overflow": -2,
    "disconnects / pre_ping=True / log": oneConnectionFourTimes,
    "disconnects / pre_ping=True / status / checkedin": 1,
    "disconnects / pre_ping=True / status / overflow": -2,
  }),
  ...because("D12: the sound ones are tested, and stay.", {
    "disconnects / one_of_three_killed_pre_ping / reused_old_backend / 0": true,
    "disconnects / one_of_three_killed_pre_ping / reused_old_backend / 1": true,
    "disconnects / one_of_three_killed_pre_ping / connects": 1,
  }),
  ...because("close() never throws, and sends no ROLLBACK where nobody hears it; counts are of connections.", {
    "disconnects / close_after_kill / 0": "ok",
    "disconnects / close_after_kill / 1": "pool.invalidate, pool.close",
    "disconnects / close_after_kill / 2 / checkedin": 0,
    "disconnects / close_after_kill / 2 / overflow": -2,
    "disconnects / close_after_kill_again / 1 / checkedin": 0,
    "disconnects / close_after_kill_again / 1 / overflow": -2,
  }),

  ...because("S14: a closed session is of no use any more, on purpose.", {
    "session_lifecycle_trace / use_after_close": "ERR_DB_SESSION_CLOSED",
    "close_resets_only_false / rollback": "ERR_DB_SESSION_CLOSED",
    "close_resets_only_false / reset": "ERR_DB_SESSION_CLOSED",
  }),

  ...because("A savepoint that was rolled back is released, too: else each further one would be nested in it.", {
    "savepoints / log":
      "pool.connect, pool.checkout, BEGIN, SAVEPOINT, ROLLBACK TO 1, RELEASE 1, SAVEPOINT, RELEASE 2, SAVEPOINT, ROLLBACK TO 3, RELEASE 3, COMMIT, pool.reset, pool.checkin",
  }),
  ...because("S12: COMMIT and ROLLBACK end savepoints by themselves.", {
    "savepoints / commit_with_open_savepoint":
      "pool.checkout, BEGIN, SAVEPOINT, SQL select 1, COMMIT, pool.reset, pool.checkin",
    "savepoints / rollback_with_open_savepoint":
      "pool.checkout, BEGIN, SAVEPOINT, SQL select 1, ROLLBACK, pool.reset, pool.checkin",
    "savepoints / close_with_open_savepoint":
      "pool.checkout, BEGIN, SAVEPOINT, SQL select 1, ROLLBACK, pool.reset, pool.checkin",
  }),
  ...because(
    "beginNested() sends its savepoint when it is awaited: a savepoint that comes late could not be told from its failure.",
    {
      "savepoints / begin_nested_without_begin / 0": "pool.checkout, BEGIN, SAVEPOINT",
    },
  ),

  ...because("D9: PostgreSQL has rolled back, so the transaction has ended and the connection goes back.", {
    "sessionmaker_begin / plain_commit_fails / 0":
      "pool.checkout, BEGIN, SQL insert into dc values (1),(1), COMMIT, pool.reset, pool.checkin",
    "sessionmaker_begin / plain_commit_fails / 2 / checkedin": 1,
    "sessionmaker_begin / plain_commit_fails / 2 / checkedout": 0,
    "sessionmaker_begin / plain_commit_fails / 3": false,
    "sessionmaker_begin / execute_after_failed_commit": "ok",
    "sessionmaker_begin / rollback_after_failed_commit / 0": "",
  }),

  ...because("S18: calls that overlap are refused, not put in an order that nobody chose.", {
    "concurrent_session_use / two_executes_on_established / 0": 0.2,
    "concurrent_session_use / two_executes_on_established / 2": "ERR_DB_SESSION_CONCURRENT_USE",
    "concurrent_session_use / commit_and_execute / 1": "ERR_DB_SESSION_CONCURRENT_USE",
  }),
  ...because("D7: closing while the first statement connects ends that statement, and the place is free.", {
    "concurrent_session_use / close_during_provisioning": "ok",
    "concurrent_session_use / its_execute": "ERR_DB_SESSION_CLOSED",
    "concurrent_session_use / status / checkedin": 1,
    "concurrent_session_use / status / checkedout": 0,
  }),
  ...because("D6: closing during a statement ends that statement and its connection, and the place is free.", {
    "concurrent_session_use / close_during_query": "ok",
    "concurrent_session_use / q_execute": "ERR_DB_SESSION_CLOSED",
    "concurrent_session_use / q_status / overflow": -5,
    "concurrent_session_use / q_status / checkedout": 0,
    "concurrent_session_use / final_status / checkedin": 1,
    "concurrent_session_use / final_status / overflow": -4,
    "concurrent_session_use / final_status / checkedout": 0,
  }),
];

/** Parts of the golden file that have no counterpart here, with all below them. */
export const nothingToCompare: { path: string; why: string }[] = [
  { path: "versions", why: "What the golden file was recorded with." },
  {
    path: "double_cancel_shield",
    why: "A promise cannot be cancelled: a disposer takes no signal, and always runs to its end.",
  },
  ...[
    "{}",
    "{'pool_size': 2, 'max_overflow': -1}",
    "{'pool_size': 0}",
    "{'pool_size': 0, 'max_overflow': 2}",
    "{'pool_size': 3, 'max_overflow': 0}",
  ].map((name) => ({
    path: `sizes / ${name} / status`,
    why: "A text with the counts that the record has as numbers.",
  })),
  {
    path: "dispose_with_checked_out / after_close / old_pool / overflow",
    why: "A pool that was replaced cannot be seen any more; the counts beside it are the engine's.",
  },
  { path: "savepoints / in_nested", why: "S19: a nested transaction is an object here, not a state of the session." },
  { path: "savepoints / begin_nested_without_begin / 2", why: "S19: as above." },
  {
    path: "sessionmaker_begin / plain_commit_fails / 4",
    why: "D9: there is no state between a commit that failed and its rollback, which is_active would tell.",
  },
];
