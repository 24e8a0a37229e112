import { statusOf, type Replay } from "./support.js";
import { asResult, asSeconds, type Json } from "./translation.js";

export const concurrency: Record<string, Replay> = {
  async concurrent_session_use(world) {
    const database = world.database({});
    const { openSession } = database;
    const both = (a: Promise<unknown>, b: Promise<unknown>): Promise<string[]> =>
      world.finish(Promise.all([asResult(a), asResult(b)]));

    const fresh = openSession();
    const onFresh: Json[] = await both(fresh.query("select 1"), fresh.query("select 2"));
    onFresh[0] = onFresh[0] === "ok" ? 1 : onFresh[0]!;
    const start = world.now();
    const slow = "select pg_sleep(0.2)";
    const onEstablished = await both(fresh.query(slow), fresh.query(slow));
    const took = asSeconds(world.now() - start);
    await fresh.close();

    const early = openSession();
    const provisioning = await both(early.query("select 1"), early.close());
    const status = await statusOf(world, database);

    const busy = openSession();
    await busy.query("select 1");
    const running = asResult(busy.query(slow));
    await world.sleep(20);
    const closing = await world.finish(asResult(busy.close()));
    const interrupted = await world.finish(running);
    const statusAfter = await statusOf(world, database);

    const ending = openSession();
    await ending.query("select 1");
    const commits = await both(ending.commit(), ending.commit());
    await ending.query("select 1");
    const closes = await both(ending.close(), ending.close());
    const other = openSession();
    await other.query("select 1");
    const mixed = await both(other.commit(), other.query("select 1"));
    await other.close();
    return {
      two_executes_on_fresh_session: onFresh,
      two_executes_on_established: [took, ...onEstablished],
      close_during_provisioning: provisioning[1]!,
      its_execute: provisioning[0]!,
      status,
      close_during_query: closing,
      q_execute: interrupted,
      q_status: statusAfter,
      two_commits: commits,
      two_closes: closes,
      commit_and_execute: mixed,
      final_status: await statusOf(world, database),
    };
  },
};
