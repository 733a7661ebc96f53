/**
 * Derives the declarations of the package's entry from those that wasm-bindgen writes.
 *
 * JavaScript, as it needs TypeScript's own parser. Usage: `node entry-types.mjs trunkline.d.ts
 * index.d.ts`.
 *
 * What belongs to the module's memory and loading goes: `free`, `Symbol.dispose`, and everything
 * about `init` but its place, which the entry's own declarations take. A word `any` that is left
 * over is an error: no signature of ours says it.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import ts from 'typescript';

/** What wasm-bindgen declares about loading; {@link LOADING} stands in its place. */
const OF_THE_GLUE = new Set(['InitInput', 'InitOutput', 'SyncInitInput', 'initSync', '__wbg_init']);

const LOADING = `/** What the module can be loaded from. */
export type InitSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the WebAssembly module. Needed once before any class is used, unless the app starts with
 * \`Client.connect()\`. Later calls return the same promise; after a failure they try again.
 *
 * @param source where the module is; by default the file inside this package
 * @throws {VideoError} with what to do, when the module cannot be loaded
 */
export function init(source?: InitSource | Promise<InitSource>): Promise<void>;

/** The same at once, for tests and workers that hold the bytes already. */
export function initSync(module: BufferSource | WebAssembly.Module): void;

export default init;

/** The same as {@link Client}, under the name that existing code imports. */
export const StreamVideoClient: typeof Client;
/** The same as {@link Client}, under the name that existing code imports. */
export type StreamVideoClient = Client;
`;

/** What the entry adds to the class: it loads the module first, which no class inside it can. */
const CONNECT = `  /** Loads the module, makes a client, and waits until its user is connected. */
  static connect(args: ClientArgs): Promise<Client>;
`;

const [from, to] = process.argv.slice(2);
const text = readFileSync(from, 'utf8');
const source = ts.createSourceFile(from, text, ts.ScriptTarget.ES2022, true);

const kept = source.statements.filter((statement) => !isOfTheGlue(statement)).map(print);
const entry = `// Derived from what wasm-bindgen wrote. Do not edit.\n\n${kept.join('\n\n')}\n\n${LOADING}`;
refuseAny(ts.createSourceFile(to, entry, ts.ScriptTarget.ES2022, true));
writeFileSync(to, entry);

function isOfTheGlue(statement) {
  if (ts.isExportAssignment(statement)) return true;
  const names = ts.isVariableStatement(statement)
    ? statement.declarationList.declarations.map(({ name }) => name.text)
    : [statement.name?.text];
  return names.every((name) => OF_THE_GLUE.has(name) || statement.modifiers?.some(isDefault));
}

function isDefault({ kind }) {
  return kind === ts.SyntaxKind.DefaultKeyword;
}

/** The text of a statement with its documentation, without the members that are not for apps. */
function print(statement) {
  const start = statement.getFullStart();
  if (!ts.isClassDeclaration(statement)) return text.slice(start, statement.end).trim();

  let printed = '';
  let at = start;
  for (const member of statement.members) {
    const cut = text.slice(at, member.getFullStart());
    printed += cut;
    if (!isOfMemory(member)) printed += text.slice(member.getFullStart(), member.end);
    at = member.end;
  }
  printed += text.slice(at, statement.end);
  if (statement.name.text === 'Client') printed = printed.replace(/\}$/, `${CONNECT}}`);
  return printed.trim();
}

/** Whether a member frees the memory behind an object, which nobody has to do. */
function isOfMemory({ name }) {
  if (!name) return false;
  return name.getText(source) === 'free' || name.getText(source) === '[Symbol.dispose]';
}

function refuseAny(file) {
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      throw new Error(`line ${line + 1} of the declarations says any: ${node.parent.getText(file)}`);
    }
    node.forEachChild(visit);
  };
  visit(file);
}
