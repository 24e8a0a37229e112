import {
  createFakeDriver,
  FakeDatabaseError,
  VirtualClock,
  type FakeConnection,
} from "../../../../runtime/src/testing/index.js";
import { makeDatabase } from "./database.js";
import { RecordingDriver } from "./recording-driver.js";
import { makeWorld, type World } from "./world.js";

const DIVISION_BY_ZERO = new FakeDatabaseError("22012", "division by zero");
const DUPLICATE = new FakeDatabaseError("23505", "duplicate key value violates unique constraint");

/** Scenarios in virtual time, on the fake driver that the package brings. */
export function fakeWorld(): World {
  const clock = new VirtualClock();
  return makeWorld({
    isVirtual: true,
    now: () => clock.now(),
    sleep: (millis) => clock.advance(millis),
    database(options) {
      const fake = createFakeDriver({ clock });
      fake.respond(/^select \d+$/, ({ sql }) => [{ "?column?": Number(sql.slice("select ".length)) }]);
      fake.respond("select 1 as one", [{ one: 1 }]);
      fake.respond(/1\/0/, DIVISION_BY_ZERO);
      fake.respond(/pg_sleep\(0\.2\)/, [], { delayMillis: 200 });
      fake.respond(/pg_sleep\(30\)/, [], { delayMillis: 30_000 });
      fake.respond(/insert into semantics_unique/, () => {
        fake.respond("commit", DUPLICATE, { times: 1 });
        return [];
      });
      return makeDatabase(
        {
          url: "postgresql://fake",
          driver: new RecordingDriver(fake),
          async kill(connections) {
            for (const { inner } of connections) (inner as FakeConnection).kill();
            await clock.settle();
          },
          serverConnections: () => Promise.resolve(fake.openConnections),
          items: () =>
            Promise.resolve(
              fake.committed
                .filter(({ sql }) => sql.includes("into semantics_items"))
                .map(({ params }) => String(params[0])),
            ),
        },
        options,
      );
    },
  });
}
