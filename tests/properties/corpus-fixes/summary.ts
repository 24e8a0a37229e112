import { relative } from "node:path";
import type { Checked } from "./check.js";
import type { Difference } from "./compare.js";
import type { Run } from "./runs.js";

/** Where an edit was offered, and which. */
export function placeOf({ filename, line, edit, library }: Checked): string {
  const offer = edit.suggestion === undefined ? "fix" : `suggestion ${edit.suggestion}`;
  return `${relative(process.cwd(), filename)}:${line} ${library} ${edit.rule}:${edit.message} ${offer}`;
}

/** What was done, in figures, and what could not be executed. */
export function summaryOf(all: readonly Checked[], files: number): string {
  const fixes = all.filter(({ edit }) => edit.suggestion === undefined);
  const suggestions = all.filter(({ edit }) => edit.suggestion !== undefined);
  const sum = (figure: (checked: Checked) => number): number => all.reduce((total, one) => total + figure(one), 0);
  const part = (what: string, list: readonly Checked[]): string => {
    const executed = list.filter(({ unexecuted }) => unexecuted === undefined);
    const faulty = executed.filter(({ comparison }) => comparison!.leaky > 0);
    return `${what}: ${list.length}, executed ${executed.length}, of which some run leaked before ${faulty.length}`;
  };
  const lines = [
    `files ${files}, with an offer ${new Set(all.map(({ filename }) => filename)).size}`,
    part("fixes", fixes),
    part("suggestions", suggestions),
    `runs of each before and after ${sum(({ comparison }) => comparison?.runs ?? 0)}, failures injected ${sum(({ comparison }) => comparison?.faults ?? 0)}`,
    `differences ${sum(({ comparison }) => comparison?.differences.length ?? 0)}`,
    ...countBy(all, ({ library, edit }) => `${library || "(a type of the user's)"}, ${edit.suggestion ?? "fix"}`),
    ...all.flatMap((checked) =>
      checked.unexecuted ? [`not executed: ${placeOf(checked)}: ${checked.unexecuted}`] : [],
    ),
  ];
  return lines.join("\n");
}

function countBy(all: readonly Checked[], name: (checked: Checked) => string): string[] {
  const counts = new Map<string, number>();
  for (const checked of all) counts.set(name(checked), (counts.get(name(checked)) ?? 0) + 1);
  return [...counts].sort().map(([key, count]) => `  ${key}: ${count}`);
}

export function differencesOf(checked: Checked): string[] {
  return (checked.comparison?.differences ?? []).map((difference) => `${placeOf(checked)}\n${told(difference)}`);
}

function told({ what, plan, before, after }: Difference): string {
  return `${what} with ${JSON.stringify(plan)}\nbefore: ${toldRun(before)}\nafter: ${toldRun(after)}`;
}

function toldRun({ outcome, problem, world }: Run): string {
  const { trace, endings, held } = world;
  return [
    problem ?? outcome,
    ...trace.map((event) => `  ${event}`),
    `  ends: ${endings.join(", ")}`,
    `  held: ${[...held].map(([call, count]) => `${count} at ${call}`).join(", ")}`,
  ].join("\n");
}
