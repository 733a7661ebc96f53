// The declarations of the entry against what it exports: what is declared exists, and nothing else.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import * as trunkline from 'trunkline';
import ts from 'typescript';

const ENTRY = fileURLToPath(new URL('../../pkg/index.d.ts', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../pkg/', import.meta.url));

// The package's own copy, whose classes are those that it exports.
const [snippets] = readdirSync(`${PACKAGE}snippets`);
const { makeError } = await import(`${PACKAGE}snippets/${snippets}/js/errors.js`);

const program = ts.createProgram([ENTRY], {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  strict: true,
  types: [],
});
const checker = program.getTypeChecker();
const files = program.getSourceFiles().filter((file) => file.fileName.startsWith(PACKAGE));
const declared = new Map(
  checker
    .getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(ENTRY)))
    .map((symbol) => [
      symbol.name,
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
    ]),
);

await trunkline.init();
const client = new trunkline.Client('key');
const call = client.call('default', 'standup');

test('the module exports what is declared', () => {
  const values = [...declared].filter(([, symbol]) => symbol.flags & ts.SymbolFlags.Value);

  assert.deepEqual(values.map(([name]) => name).sort(), Object.keys(trunkline).sort());
});

test('editors show something of everything that an app can name', () => {
  const silent = [];
  const look = (symbol, name) => {
    if (symbol.getDocumentationComment(checker).length === 0) silent.push(name);
  };
  let observables = 0;
  for (const [name, symbol] of declared) {
    look(symbol, name);
    const { Class, Interface, Value } = ts.SymbolFlags;
    const types = [];
    if (symbol.flags & (Class | Interface)) types.push(checker.getDeclaredTypeOfSymbol(symbol));
    if (symbol.flags & Value) types.push(checker.getTypeOfSymbol(symbol));
    for (const member of types.flatMap((type) => checker.getPropertiesOfType(type))) {
      if (!isOurs(member) || member.name === 'prototype') continue;
      look(member, `${name}.${member.name}`);
      if (member.name.endsWith('$')) observables += 1;
    }
  }

  assert.ok(observables > 70, `the observables were found, ${observables}`);
  assert.deepEqual(silent, []);
});

test('no declaration says `any`', () => {
  const found = [];
  for (const file of files) {
    const visit = (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword) found.push(`${file.fileName}:${node.pos}`);
      node.forEachChild(visit);
    };
    visit(file);
  }

  assert.ok(declared.size > 300, 'the declarations were found');
  assert.deepEqual(found, []);
});

test('clients, calls and what hangs on them have the members that are declared', () => {
  const { participants$ } = call.state;
  compare('Client', client);
  compare('ClientState', client.state);
  compare('Call', call);
  compare('CallState', call.state);
  compare('PermissionsContext', call.permissionsContext);
  compare('CameraManager', call.camera);
  compare('MicrophoneManager', call.microphone);
  compare('ScreenShareManager', call.screenShare);
  compare('SpeakerManager', call.speaker);
  compare('CameraState', call.camera.state);
  compare('MicrophoneState', call.microphone.state);
  compare('ScreenShareState', call.screenShare.state);
  compare('SpeakerState', call.speaker.state);
  compare('DeviceList', call.camera.listDevices());
  compare('StateObservable', participants$);
  compare(
    'StateSubscription',
    participants$.subscribe(() => {}),
  );
});

test('the static members of a class are those that are declared', () => {
  for (const [name, value] of Object.entries(trunkline)) {
    if (typeof value !== 'function' || !value.prototype || name === 'StreamVideoClient') continue;
    const known = membersOfType(typeOfValue(name));
    known.delete('prototype');
    const present = Object.getOwnPropertyNames(value);
    assert.deepEqual(
      [...known.keys()].sort(),
      present
        .filter((member) => !['length', 'name', 'prototype'].includes(member))
        .filter((member) => !isOfBindgen(member))
        .sort(),
      name,
    );
  }
});

test('failures have the members that are declared', () => {
  const classes = Object.entries(trunkline).filter(([, value]) => value.prototype instanceof Error);
  const fields = {
    code: 'code',
    category: 'state',
    hint: 'hint',
    retryable: true,
    unrecoverable: true,
    attempts: [],
    serverCode: 1,
    status: 404,
    requestId: 'request',
    cause: new Error(),
  };
  const names = classes.map(([name]) => name).filter((name) => name !== 'NotInitializedError');
  const made = names.map((name) => makeError(name, 'm', { ...fields }));
  made.push(new trunkline.NotInitializedError('Client'));

  assert.equal(classes.length, made.length);
  for (const [name, Class] of classes) {
    const error = made.find(({ constructor }) => constructor === Class);
    compare(name, error);
    const literal = checker.getTypeOfSymbol(membersOfType(typeOf(name)).get('name'));
    if (literal.isStringLiteral()) assert.equal(error.name, literal.value);
  }
});

test('constants have the values that are declared', () => {
  const constants = Object.entries(trunkline).filter(
    ([name, value]) => typeof value === 'object' && name !== 'deviceIds$',
  );
  assert.ok(constants.length > 10);
  for (const [name, value] of constants) compareValues(name, typeOfValue(name), value);
});

function compareValues(name, type, value) {
  if (type.isLiteral()) return assert.equal(value, type.value, name);
  const members = membersOfType(type);
  assert.deepEqual(Object.keys(value).sort(), [...members.keys()].sort(), name);
  for (const [key, member] of members) {
    compareValues(`${name}.${key}`, checker.getTypeOfSymbol(member), value[key]);
  }
}

/** Compares a declared class or interface with an object of it. */
function compare(name, object) {
  const members = membersOfType(typeOf(name));
  const present = membersOf(object);
  for (const key of present) assert.ok(members.has(key), `${name}.${String(key)} is not declared`);
  for (const [key, member] of members) {
    const isOptional = Boolean(member.flags & ts.SymbolFlags.Optional);
    assert.ok(isOptional || present.has(key), `${name}.${String(key)} does not exist`);
    const value = object[key];
    if (value === undefined) continue;
    const isMethod = checker.getTypeOfSymbol(member).getCallSignatures().length > 0;
    assert.equal(
      typeof value === 'function',
      isMethod,
      `whether ${name}.${String(key)} is a method`,
    );
  }
}

/** The declared members by name, without those of the language's own classes but the error's name. */
function membersOfType(type) {
  const own = checker
    .getPropertiesOfType(type)
    .filter((member) => isOurs(member) || member.name === 'name');
  return new Map(own.map((member) => [nameOf(member), member]));
}

function isOurs(member) {
  const declarations = member.getDeclarations() ?? [];
  // Members of mapped types, such as the observables, may have no declaration of their own.
  return (
    declarations.length === 0 ||
    declarations.some((node) => node.getSourceFile().fileName.startsWith(PACKAGE))
  );
}

function nameOf(member) {
  // The key under which observables know each other where nobody defines the symbol.
  if (member.name.startsWith('__@observable')) return '@@observable';
  const symbol = /^__@(\w+)@/.exec(member.name)?.[1];
  return symbol ? Symbol[symbol] : member.name;
}

function membersOf(object) {
  const names = new Set();
  for (let at = object; !LANGUAGE.includes(at); at = Object.getPrototypeOf(at)) {
    for (const name of Reflect.ownKeys(at)) names.add(name);
  }
  for (const name of ['constructor', 'stack', 'message']) names.delete(name);
  return new Set([...names].filter((name) => !isOfBindgen(name)));
}

/** What wasm-bindgen gives every class, and no app needs. */
function isOfBindgen(name) {
  return name === 'free' || name === Symbol.dispose || String(name).startsWith('__');
}

/** What wasm-bindgen gives each class, and nobody needs. */
const OF_THE_GLUE = ['free', '__destroy_into_raw', '__wbg_ptr', Symbol.dispose];

const LANGUAGE = [null, Object.prototype, Error.prototype];

function typeOf(name) {
  return checker.getDeclaredTypeOfSymbol(declared.get(name));
}

function typeOfValue(name) {
  return checker.getTypeOfSymbol(declared.get(name));
}
