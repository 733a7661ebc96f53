/**
 * Derives the declarations of the package's entry from those that wasm-bindgen writes.
 *
 * JavaScript, as it needs TypeScript's own parser. Usage: `node entry-types.mjs trunkline.d.ts
 * index.js index.d.ts api.snapshot`, of which the last two are written. The snapshot is the
 * declarations without comments.
 *
 * What belongs to the module's memory and loading goes: `free`, `Symbol.dispose`, and everything
 * about `init` but its place, which the entry's own declarations take. Classes that the entry does
 * not export are interfaces, functions that it does not export are left out. Everything is sorted by
 * name, as wasm-bindgen's order is the linker's. A word `any` that is left over is an error: no
 * signature of ours says it.
 */
import { readFileSync, writeFileSync } from 'node:fs';

import ts from 'typescript';

/** What wasm-bindgen declares about loading; {@link LOADING} stands in its place. */
const OF_THE_GLUE = new Set(['InitInput', 'InitOutput', 'SyncInitInput', 'initSync', '__wbg_init']);

const LOADING = `/** What the module can be loaded from. */
export type InitSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads the WebAssembly module. Needed once before any class is used, unless the app starts with
 * \`Client.connect()\`. Later calls return the same promise; after a failure, which is a \`VideoError\`
 * that says what to do, they try again.
 *
 * @param source where the module is; by default the file inside this package
 */
export function init(source?: InitSource | Promise<InitSource>): Promise<void>;

/** The same at once, for tests and workers that hold the bytes already. */
export function initSync(module: BufferSource | WebAssembly.Module): void;

export default init;

/** All devices of this page. */
export const deviceIds$: DeviceList;

/** The same as {@link Client}, under the name that existing code imports. */
export const StreamVideoClient: typeof Client;
/** The same as {@link Client}, under the name that existing code imports. */
export type StreamVideoClient = Client;
`;

/** What the entry adds to the class: it loads the module first, which no class inside it can. */
const CONNECT = `    /**
     * Loads the module, makes a client, and waits until its user is connected.
     */
    static connect(args: ClientArgs): Promise<Client>;
`;

const [from, entry, to, snapshot] = process.argv.slice(2);
const text = readFileSync(from, 'utf8').replace(/^(\/\* \w+lint.*\*\/|\/\/ .*)\n/gm, '');
const source = ts.createSourceFile(from, text, ts.ScriptTarget.ES2022, true);
const values = exportsOf(
  ts.createSourceFile(entry, readFileSync(entry, 'utf8'), ts.ScriptTarget.ES2022, true),
);

const kept = source.statements
  .filter((statement) => !isOfTheGlue(statement) && !isHidden(statement))
  .map((statement) => ({ name: nameOf(statement), printed: print(statement) }))
  .sort((a, b) => compare(a.name, b.name) || compare(a.printed, b.printed));
const declarations = `// Derived from what wasm-bindgen wrote. Do not edit.

${kept.map(({ printed }) => printed).join('\n\n')}

${LOADING}`;
const derived = ts.createSourceFile(to, declarations, ts.ScriptTarget.ES2022, true);
refuseAny(derived);
writeFileSync(to, declarations);
writeFileSync(snapshot, ts.createPrinter({ removeComments: true }).printFile(derived));

function compare(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The names of the values that a JavaScript module exports. */
function exportsOf(module) {
  const names = new Set();
  for (const statement of module.statements) {
    if (ts.isExportDeclaration(statement)) {
      for (const { name } of statement.exportClause.elements) names.add(name.text);
    } else if (statement.modifiers?.some(isExport)) {
      names.add(nameOf(statement));
    }
  }
  return names;
}

/** The name that a statement declares; empty for what has none. */
function nameOf(statement) {
  const [first = statement] = statement.declarationList?.declarations ?? [];
  return first.name?.text ?? '';
}

function isOfTheGlue(statement) {
  return (
    ts.isExportAssignment(statement) ||
    OF_THE_GLUE.has(nameOf(statement)) ||
    statement.modifiers?.some(isDefault)
  );
}

/** Whether a statement declares a function that only the entry calls. */
function isHidden(statement) {
  return ts.isFunctionDeclaration(statement) && !values.has(nameOf(statement));
}

function isDefault({ kind }) {
  return kind === ts.SyntaxKind.DefaultKeyword;
}

function isExport({ kind }) {
  return kind === ts.SyntaxKind.ExportKeyword;
}

/** The text of a statement with its documentation, without the members that are not for apps. */
function print(statement) {
  const start = statement.getFullStart();
  if (!ts.isClassDeclaration(statement)) return text.slice(start, statement.end).trim();

  const isValue = values.has(nameOf(statement));
  const [open] = statement.members;
  const head = text.slice(start, open?.getFullStart() ?? statement.end - 1);
  let printed = isValue ? head : head.replace(/^export class /m, 'export interface ');
  for (const member of statement.members) {
    if (isOfMemory(member) || (ts.isConstructorDeclaration(member) && !isValue)) continue;
    printed += text.slice(member.getFullStart(), member.end);
  }
  printed = printed.trimEnd();
  if (nameOf(statement) === 'Client') printed += `\n${CONNECT}`.trimEnd();
  return `${printed}${printed.endsWith('{') ? '' : '\n'}}`.trim();
}

/** Whether a member frees the memory behind an object, which nobody has to do. */
function isOfMemory({ name }) {
  const called = name?.getText(source);
  return called === 'free' || called === '[Symbol.dispose]';
}

function refuseAny(file) {
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      throw new Error(
        `line ${line + 1} of the declarations says any: ${node.parent.getText(file)}`,
      );
    }
    node.forEachChild(visit);
  };
  visit(file);
}
