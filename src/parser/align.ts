/** A node of either tree; what it has is known by its `type`. */
export interface SyntaxNode {
  type: string;
  range: [number, number];
  loc: unknown;
  [property: string]: unknown;
}

type Rewrite = (node: SyntaxNode) => void;

function rename(from: string, to: string): Rewrite {
  return (node) => {
    if (node[from] === undefined) return;
    node[to] = node[from];
    delete node[from];
  };
}

function all(...rewrites: readonly Rewrite[]): Rewrite {
  return (node) => rewrites.forEach((rewrite) => rewrite(node));
}

function at({ range, loc }: SyntaxNode, type: string, properties: object): SyntaxNode {
  return { type, range, loc, ...properties };
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof (value as { readonly type?: unknown } | null | undefined)?.type === "string";
}

/** Lists that the other tree has even where they are empty. */
function filled(...keys: readonly string[]): Rewrite {
  return (node) => keys.forEach((key) => (node[key] ??= []));
}

const signature = all(rename("parameters", "params"), rename("typeAnnotation", "returnType"));

const classNode = all(
  filled("decorators", "implements"),
  rename("superTypeParameters", "superTypeArguments"),
  retypedIn("implements", "TSClassImplements"),
);

function retypedIn(list: string, type: string): Rewrite {
  return (node) => (node[list] as SyntaxNode[]).forEach((one) => (one.type = type));
}

/** `@Inject() pool = db` decorates the whole in the one tree, and the name in the other. */
const functionNode: Rewrite = (node) => {
  for (const parameter of node["params"] as SyntaxNode[]) {
    const name = parameter["left"] as SyntaxNode | undefined;
    if (name?.["decorators"]) parameter["decorators"] = name["decorators"];
    parameter["decorators"] ??= [];
  }
};

/** Where it is abstract, its type says so. */
function member(abstractType: string): Rewrite {
  return (node) => {
    node["decorators"] ??= [];
    if (node["abstract"] === true) node.type = abstractType;
  };
}

function method(node: SyntaxNode): void {
  const value = node["value"] as SyntaxNode;
  if (value["body"] === undefined || value["body"] === null) {
    value.type = "TSEmptyBodyFunctionExpression";
    value["body"] = null;
  }
  member("TSAbstractMethodDefinition")(node);
}

/** By the type that Babel gives. A node's parts are rewritten before it is. */
const rewrites: Readonly<Record<string, Rewrite>> = {
  ClassDeclaration: classNode,
  ClassExpression: classNode,
  MethodDefinition: method,
  PropertyDefinition: member("TSAbstractPropertyDefinition"),
  AccessorProperty: member("TSAbstractAccessorProperty"),
  FunctionDeclaration: functionNode,
  FunctionExpression: functionNode,
  ArrowFunctionExpression: functionNode,
  TSDeclareFunction: functionNode,
  TSFunctionType: signature,
  TSConstructorType: signature,
  TSMethodSignature: signature,
  TSCallSignatureDeclaration: signature,
  TSConstructSignatureDeclaration: signature,
  TSImportType: rename("argument", "source"),
  TSTypeParameter(node) {
    if (typeof node["name"] === "string") node["name"] = at(node, "Identifier", { name: node["name"] });
  },
  TSMappedType(node) {
    const parameter = node["typeParameter"] as SyntaxNode | undefined;
    if (parameter === undefined) return;
    node["key"] = parameter["name"];
    node["constraint"] = parameter["constraint"];
    delete node["typeParameter"];
  },
  TSEnumDeclaration(node) {
    if (node["members"] === undefined) return;
    node["body"] = at(node, "TSEnumBody", { members: node["members"] });
    delete node["members"];
  },
  TSLiteralType(node) {
    const literal = node["literal"] as SyntaxNode;
    if (literal.type !== "TemplateLiteral") return;
    node.type = "TSTemplateLiteralType";
    node["quasis"] = literal["quasis"];
    node["types"] = literal["expressions"];
    delete node["literal"];
  },
  TSInterfaceDeclaration: all(filled("extends"), retypedIn("extends", "TSInterfaceHeritage")),
  TSModuleDeclaration(node) {
    const inner = node["body"] as SyntaxNode | undefined;
    if (inner?.type !== "TSModuleDeclaration") return;
    node["id"] = qualified(node["id"] as SyntaxNode, inner["id"] as SyntaxNode);
    node["body"] = inner["body"];
  },
  TSExpressionWithTypeArguments(node) {
    node["expression"] = asExpression(node["expression"] as SyntaxNode);
  },
};

/** `ns.Base` after `implements` and `extends` is an expression in the one tree and a name of a type in the other. */
function asExpression(name: SyntaxNode): SyntaxNode {
  if (name.type !== "TSQualifiedName") return name;
  const { left, right } = name as unknown as { readonly left: SyntaxNode; readonly right: SyntaxNode };
  return at(name, "MemberExpression", {
    object: asExpression(left),
    property: right,
    computed: false,
    optional: false,
  });
}

/** `A.B.C`, of `namespace A { namespace B.C { … } }`. */
function qualified(outer: SyntaxNode, inner: SyntaxNode): SyntaxNode {
  const left = inner.type === "TSQualifiedName" ? qualified(outer, inner["left"] as SyntaxNode) : outer;
  const right = inner.type === "TSQualifiedName" ? inner["right"] : inner;
  return at(inner, "TSQualifiedName", { left, right });
}

/** Makes of Babel 7's tree with its `estree` and `typescript` plugins the one that hosts and typescript-eslint have, in place. */
export function alignTree(node: SyntaxNode): SyntaxNode {
  for (const key in node) {
    const value = node[key];
    if (typeof value !== "object" || value === null || key === "loc" || key === "range") continue;
    if (Array.isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        const part: unknown = value[index];
        if (isNode(part)) value[index] = alignTree(part);
      }
    } else if (isNode(value)) node[key] = alignTree(value);
  }
  if ((node["typeParameters"] as SyntaxNode | undefined)?.type === "TSTypeParameterInstantiation") {
    rename("typeParameters", "typeArguments")(node);
  }
  rewrites[node.type]?.(node);
  if (node.type === "TSParenthesizedType") return node["typeAnnotation"] as SyntaxNode;
  if (node["isExport"] !== true) return node;
  // `export import x = y`
  return at(node, "ExportNamedDeclaration", { declaration: node, specifiers: [], source: null, attributes: [] });
}
