import type { FileViews } from "./file-views.js";
import type { GivenFunctions } from "./given-functions.js";
import type { Rejections } from "./rejections.js";
import type { SessionFate } from "./session-fate.js";
import type { TrackedSession } from "./tracked-session.js";

/** What it takes to say what a call does to the session that is followed. */
export interface Following {
  readonly tracked: TrackedSession;
  readonly views: FileViews;
  readonly fate: SessionFate;
  readonly rejections: Rejections;
  readonly given: GivenFunctions;
}
