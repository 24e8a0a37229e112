import "./limits.js";
import "./waiting.js";
import "./overload.js";
import "./reuse.js";
import "./hooks.js";
import "./ping.js";
import "./returning.js";
import "./disposing.js";
import "./pool-classes.js";
import "./collected.js";
import "./connections.js";
import "./session-life.js";
import "./session-transactions.js";
import "./session-concurrency.js";

export { scenarios } from "../support/scenario.js";
