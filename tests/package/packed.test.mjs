// What npm would publish, and that it refuses to make less of it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A folder for what the tests make. */
let folder;
/** The package, unpacked. */
let unpacked;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-'));
  await run('tar', ['-xzf', await pack(join(ROOT, 'pkg')), '-C', folder]);
  unpacked = join(folder, 'package');
});
after(() => rm(folder, { recursive: true, force: true }));

/** Packs that folder, and gives the path of the tarball. */
async function pack(path) {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder, path]);
  return join(folder, JSON.parse(stdout)[0].filename);
}

const read = (path) => readFile(join(unpacked, path), 'utf8');
const leaves = (value) =>
  typeof value === 'string' ? [value] : Object.values(value).flatMap(leaves);

test('everything that the package names is in it', async () => {
  const { exports, main, module, types } = JSON.parse(await read('package.json'));

  for (const path of [...leaves(exports), main, module, types]) {
    assert.ok((await stat(join(unpacked, path))).size > 0, path);
  }
  const bytes = await readFile(join(unpacked, 'trunkline_bg.wasm'));
  assert.ok(await WebAssembly.compile(bytes), 'the module is one');
});

test('what the scripts and declarations import is in it', async () => {
  const names = await readdir(unpacked, { recursive: true });
  const scripts = names.filter((name) => /\.(js|cjs|d\.c?ts)$/.test(name));
  let found = 0;
  for (const script of scripts) {
    // Comments have examples, and the inline copy is one long line.
    const code = (await read(script)).replace(/\/\*[^]*?\*\//g, '');
    const imports = code.matchAll(
      /(?:\bfrom\s*|\bimport\s*\(?\s*|new URL\(\s*)['"](\.[^'"\s]+)['"]/g,
    );
    for (const [, path] of imports) {
      // Declarations name the script that they declare.
      const target = join(unpacked, dirname(script), path);
      assert.ok(await stat(target).catch(() => {}), `${script} imports ${path}`);
      found += 1;
    }
  }
  assert.ok(found > 30, `the imports were found, ${found}`);
});

test('it says what it is, what changed, and under which licences', async () => {
  const manifest = JSON.parse(await read('package.json'));
  const [, version] = /\nversion = "(.*)"\n/.exec(await readFile(join(ROOT, 'Cargo.toml'), 'utf8'));
  assert.equal(manifest.version, version);
  assert.ok(manifest.description && manifest.keywords.length > 3);
  assert.equal(manifest.license, 'MIT OR Apache-2.0');

  for (const [path, start] of [
    ['README.md', /^# trunkline\n/],
    ['CHANGELOG.md', /^# Changelog\n/],
    ['LICENSE-MIT', /Permission is hereby granted, free of charge/],
    ['LICENSE-APACHE', /Apache License\s+Version 2\.0/],
  ]) {
    assert.match(await read(path), start);
  }
});

test('each project whose code is in the module has its licence in it', async () => {
  const text = await read('THIRD-PARTY-LICENSES.txt');
  const [list, ...licences] = text.split(`\n${'-'.repeat(80)}\n`);
  const users = new Set(licences.flatMap((licence) => licence.split('\n', 1)[0].split(', ')));
  const projects = list
    .split('\n')
    .filter((line) => line.includes(': '))
    .map((line) => line.replace(/( \d[^ ]*)?: .*/, ''));

  assert.ok(projects.includes('wasm-bindgen') && projects.includes('Rust standard library'));
  assert.deepEqual(
    projects.filter((project) => !users.has(project)),
    [],
  );
  for (const licence of licences) {
    assert.match(licence, /Copyright|Permission is hereby granted|unencumbered/);
  }
});

test('links of its documents lead to what is in it', async () => {
  const names = await readdir(unpacked, { recursive: true });
  const documents = names.filter((name) => name.endsWith('.md'));
  assert.ok(documents.includes('README.md') && documents.includes('docs/errors.md'));
  for (const document of documents) {
    for (const [, path] of (await read(document)).matchAll(/\]\((?!\w+:|#)([^)#]+)/g)) {
      const target = join(unpacked, dirname(document), path);
      assert.ok(await stat(target).catch(() => {}), `${document} links to ${path}`);
    }
  }
});

for (const [what, make] of [
  [
    'the hand-written scripts of a clean clone',
    () => cp(join(ROOT, 'js'), join(folder, 'part'), { recursive: true }),
  ],
  ['a clean clone', () => cp(join(ROOT, 'package.json'), join(folder, 'part/package.json'))],
  ...['trunkline_bg.wasm', 'README.md', 'LICENSE-MIT', 'index.cjs'].map((name) => [
    `a package without its ${name}`,
    async () => {
      await cp(join(ROOT, 'pkg'), join(folder, 'part'), { recursive: true });
      await rm(join(folder, 'part', name));
    },
  ]),
]) {
  test(`npm refuses to pack ${what}, and says how to get the whole`, async () => {
    await rm(join(folder, 'part'), { recursive: true, force: true });
    await make();

    await assert.rejects(pack(join(folder, 'part')), ({ stderr }) => {
      assert.match(stderr, /cargo xtask build, then npm pack \.\/pkg/);
      return true;
    });
  });
}
