export interface Example {
  readonly kind: "incorrect" | "correct";
  readonly language: string;
  readonly code: string;
  readonly options: readonly unknown[];
  readonly line: number;
}

/**
 * The code blocks of a rule's page. A heading or a paragraph that begins with "Incorrect" or "Correct" says what the blocks
 * after it are, until the next heading. A block whose first line is a comment `eslint db-session/<rule>: [severity, options]`
 * has these options.
 */
export function examplesOf(markdown: string): Example[] {
  const examples: Example[] = [];
  let kind: Example["kind"] | undefined;
  let block: { language: string; lines: string[]; line: number } | undefined;
  markdown.split("\n").forEach((text, index) => {
    if (block && text.startsWith("```")) {
      if (kind && /^(?:[cm]?[jt]s|tsx|jsx)$/u.test(block.language)) examples.push(exampleOf(kind, block));
      block = undefined;
    } else if (block) {
      block.lines.push(text);
    } else if (text.startsWith("```")) {
      block = { language: text.slice(3).trim().split(/\s/u)[0]!, lines: [], line: index + 1 };
    } else {
      const title = /^(?:#+\s*|\*\*|👎\s*|👍\s*|❌\s*|✅\s*|Examples of \*\*)*(incorrect|correct)\b/iu.exec(text)?.[1];
      if (title) kind = title.toLowerCase() as Example["kind"];
      else if (text.startsWith("#")) kind = undefined;
    }
  });
  return examples;
}

function exampleOf(
  kind: Example["kind"],
  { language, lines, line }: { language: string; lines: string[]; line: number },
): Example {
  const code = lines.join("\n");
  const options = /^\/[/*]\s*eslint db-session\/[\w-]+:\s*(\[.*\])/u.exec(code)?.[1];
  const entry = options === undefined ? [] : (JSON.parse(options.replace(/([{,]\s*)(\w+):/gu, '$1"$2":')) as unknown[]);
  return { kind, language, code, options: entry.slice(1), line };
}
