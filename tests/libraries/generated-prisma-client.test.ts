import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as typescriptParser from "@typescript-eslint/parser";
import type { TSESTree } from "@typescript-eslint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { libraries } from "../../src/libraries/index.js";
import { prisma } from "../../src/libraries/prisma.js";
import { createResolver, type ResolverOptions } from "../../src/resolve/create-resolver.js";
import type { FileSource } from "../../src/resolve/resolved-file.js";
import { childrenOf } from "../../src/resolve/syntax.js";
import { probeNode, sayCall } from "../resolve/probe.js";

const installed = resolve(dirname(fileURLToPath(import.meta.url)), "../../node_modules");

/** In the shape of what the generators write, for a schema without models and without its engine. */
const members = `
  $connect(): Promise<void>;
  $disconnect(): Promise<void>;
  $transaction<R>(work: (prisma: Omit<PrismaClient, "$connect" | "$disconnect">) => Promise<R>): Promise<R>;
`;
const files: Readonly<Record<string, string>> = {
  // "prisma-client-js": beside the package.
  "node_modules/@prisma/client/package.json":
    '{ "name": "@prisma/client", "types": "default.d.ts", "main": "default.js" }',
  "node_modules/@prisma/client/default.d.ts": "export * from '.prisma/client/default'",
  "node_modules/@prisma/client/runtime/client.d.ts": "export declare function getPrismaClient(config: object): object;",
  "node_modules/.prisma/client/package.json": '{ "name": ".prisma/client", "types": "index.d.ts" }',
  "node_modules/.prisma/client/default.d.ts": "export * from './index'",
  "node_modules/.prisma/client/index.d.ts": `export class PrismaClient { constructor(options?: object); ${members} }`,
  // "prisma-client": at a path of the user's own.
  "src/generated/client.ts": `
    import * as $Class from "./internal/class";
    export const PrismaClient = $Class.getPrismaClientClass();
    export type PrismaClient = $Class.PrismaClient;
  `,
  "src/generated/internal/class.ts": `
    import * as runtime from "@prisma/client/runtime/client";
    export interface PrismaClientConstructor { new (options: object): PrismaClient }
    export interface PrismaClient { ${members} }
    export function getPrismaClientClass(): PrismaClientConstructor {
      return runtime.getPrismaClient({}) as unknown as PrismaClientConstructor;
    }
  `,
  "src/context.ts": `
    import { PrismaClient } from "@prisma/client";
    interface Context { get<K extends "db">(key: K): { db: PrismaClient }[K] }
    export declare const context: Context;
  `,
  "src/typed.ts": 'import { context } from "./context"; probe(context.get("db").$transaction(async () => {}));',
  "src/own.ts": `
    import { PrismaClient } from "./generated/client";
    const db = new PrismaClient({});
    probe(db.$transaction(async () => {}));
  `,
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "db-session-prisma-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  symlinkSync(join(installed, "@types"), join(root, "node_modules/@types"));
  const compilerOptions = { strict: true, module: "esnext", moduleResolution: "bundler", target: "es2022", types: [] };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function effectIn(name: string, options: ResolverOptions = {}): string {
  const filename = join(root, name);
  const text = files[name]!;
  const { ast, services, scopeManager, visitorKeys } = typescriptParser.parseForESLint(text, {
    filePath: filename,
    project: join(root, "tsconfig.json"),
    range: true,
    loc: true,
    comment: true,
  });
  const waiting: TSESTree.Node[] = [ast];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    for (const child of childrenOf(node, visitorKeys)) {
      (child as { parent: unknown }).parent = node;
      waiting.push(child);
    }
  }
  const source: FileSource = { ast, scopeManager, visitorKeys, text, parserServices: services };
  const languageOptions = { parser: typescriptParser, parserOptions: {} } as never;
  const resolver = createResolver(source, { filename, languageOptions, ...options });
  return sayCall(resolver.callAt(probeNode(source) as TSESTree.CallExpression));
}

describe("Prisma's generated client", () => {
  it("is known by its type where it is generated into node_modules", () => {
    expect(effectIn("src/typed.ts")).toBe("scope TransactionClient");
    expect(effectIn("src/typed.ts", { types: false })).toBe("unknown");
  });

  it("is not claimed at a path of the user's own, where nothing but its name tells", () => {
    expect(effectIn("src/own.ts")).toBe("unknown");
  });

  it("is known at a path of the user's own that a description names", () => {
    const modules = { ...prisma.modules, "./generated/client": prisma.modules["@prisma/client"]! };
    const own = { ...prisma, name: "prisma at its path", modules };
    expect(effectIn("src/own.ts", { libraries: [...libraries, own] })).toBe("scope TransactionClient");
  });
});
