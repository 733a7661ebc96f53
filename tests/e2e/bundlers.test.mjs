// Apps as bundlers write them: how they get the module, and what their pages ask for in vain.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { build as esbuild } from 'esbuild';
import { rollup } from 'rollup';
import { build as vite } from 'vite';

import { serveBlankPage } from './support/static.mjs';
import { unique, world } from './support/world.mjs';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../pkg/', import.meta.url));
const MODULE = 'trunkline_bg.wasm';
const COPY = 'trunkline_bg.inline.js';

const here = world();
/** @type {string} where a bundler writes */
let out;

before(async () => {
  out = await mkdtemp(join(FOLDER, 'results-'));
});
after(() => rm(out, { recursive: true, force: true }));

/** An app that starts the package, and says how that went. */
const app = (/** @type {string} */ entry, source = '') => `
  import { Client, init } from '${entry}';
  ${source && `import source from '${source}';`}
  globalThis.trunkline = { Client, init };
  init(${source && 'source'}).then(
    () => { globalThis.outcome = new Client('key').call('default', 'a').cid; },
    ({ name, code, message, hint }) => { globalThis.outcome = { name, code, message, hint }; },
  );`;

/**
 * The app as esbuild writes it.
 *
 * @param {string} code
 * @param {import('esbuild').BuildOptions} [options]
 */
async function withEsbuild(code, options) {
  const { metafile } = await esbuild({
    stdin: { contents: code, resolveDir: FOLDER },
    bundle: true,
    format: 'esm',
    ...{ outdir: out, entryNames: 'app', metafile: true, logLevel: 'error', ...options },
  });
  return Object.keys(metafile?.inputs ?? {}).map((path) => path.replace(/.*\//, ''));
}

/** A plug-in that knows the app, and the package without any plug-in for packages. */
const appFor = (/** @type {string} */ code) => ({
  name: 'app',
  resolveId: (/** @type {string} */ id) => {
    if (id === 'app') return '\0app';
    const entry = /^trunkline(?:\/(\w+))?$/.exec(id);
    return entry ? `${PACKAGE}${entry[1] ?? 'index'}.js` : undefined;
  },
  load: (/** @type {string} */ id) => (id === '\0app' ? code : undefined),
});

/** The app as Rollup writes it. */
async function withRollup(/** @type {string} */ code) {
  const bundle = await rollup({ input: 'app', plugins: [appFor(code)], logLevel: 'silent' });
  const { output } = await bundle.write({ dir: out, entryFileNames: 'app.js' });
  await bundle.close();
  return output.map(({ fileName }) => fileName);
}

/** The app as Vite writes it, with its list of what imports what. */
async function withVite(/** @type {string} */ code) {
  await vite({
    root: FOLDER,
    base: '/app/',
    configFile: false,
    logLevel: 'silent',
    plugins: [appFor(code)],
    build: {
      outDir: out,
      emptyOutDir: true,
      manifest: 'manifest.json',
      rollupOptions: { input: 'app', output: { entryFileNames: 'app.js' } },
    },
  });
  return JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
}

/** A page for as long as that test lasts. */
async function newPage(/** @type {import('node:test').TestContext} */ t) {
  const context = await here.context();
  t.after(() => context.close());
  return context.newPage();
}

/**
 * Opens the app that was written, and gives how it went, what it asked for, and what went wrong.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} [script] its element
 */
async function open(t, script = '<script type="module" src="/app/app.js"></script>') {
  const icon = '<!doctype html><link rel="icon" href="data:," />';
  const served = await serveBlankPage({ '/app/': out }, `${icon}${script}`);
  t.after(() => served.close());
  const page = await newPage(t);
  /** @type {string[]} */
  const complaints = [];
  /** @type {string[]} */
  const asked = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => void asked.push(request.url().replace(/.*\//, '')));
  await page.goto(served.url);
  await page.waitForFunction(() => 'outcome' in globalThis);
  const outcome = await page.evaluate(() => /** @type {any} */ (globalThis).outcome);
  return { page, url: served.url, outcome, asked, complaints };
}

for (const [what, bundle, script] of /** @type {const} */ ([
  ['esbuild in one file', () => withEsbuild(app('trunkline'))],
  ['esbuild in several files', () => withEsbuild(app('trunkline'), { splitting: true })],
  [
    'esbuild as a plain script',
    () =>
      withEsbuild(app('trunkline'), {
        format: 'iife',
        logOverride: { 'empty-import-meta': 'silent' },
      }),
    '<script src="/app/app.js"></script>',
  ],
  ['Rollup', () => withRollup(app('trunkline'))],
])) {
  test(`an app of ${what} that does nothing for it starts, and asks for nothing in vain`, async (t) => {
    await bundle();

    const { outcome, asked, complaints } = await open(t, script);

    assert.equal(outcome, 'default:a');
    assert.deepEqual(complaints, []);
    assert.ok(!asked.includes(MODULE), `${asked}`);
  });
}

test('an app of Vite fetches the module alone, and nothing is fetched ahead for nobody', async (t) => {
  const manifest = await withVite(app('trunkline'));

  const { outcome, asked, complaints } = await open(t);

  assert.equal(outcome, 'default:a');
  assert.deepEqual(complaints, []);
  assert.equal(asked.filter((name) => name.endsWith('.wasm')).length, 1);
  assert.deepEqual(
    asked.filter((name) => /inline|copy/.test(name)),
    [],
  );
  // Nuxt has browsers prefetch what the script of a page imports when it wants to, with all that these
  // import at once.
  const chunks = Object.values(manifest);
  const entry = chunks.find(({ isEntry }) => isEntry);
  const atOnce = (/** @type {string} */ name) => [
    name,
    ...(manifest[name].imports ?? []).flatMap(atOnce),
  ];
  const ahead = entry.dynamicImports.flatMap(atOnce);
  assert.ok(
    chunks.some(({ file }) => file.includes('inline')),
    'the copy is there',
  );
  assert.ok(ahead.length > 0, 'something is fetched ahead');
  assert.deepEqual(
    ahead.filter((/** @type {string} */ name) => name.includes('inline')),
    [],
  );
});

for (const [what, bundle] of /** @type {const} */ ([
  ['esbuild', () => withEsbuild(app('trunkline/slim'))],
  ['Rollup', () => withRollup(app('trunkline/slim'))],
])) {
  test(`trunkline/slim of ${what} has no copy, and says where it looked for the module`, async (t) => {
    const names = await bundle();
    assert.deepEqual(
      names.filter((name) => /inline|copy/.test(name)),
      [],
    );

    const without = await open(t);
    assert.equal(without.outcome.code, 'module-not-loaded');
    assert.equal(without.outcome.name, 'VideoError');
    assert.match(without.outcome.message, new RegExp(`^${without.url}app/${MODULE} .*404`));
    assert.match(without.outcome.hint, /Serve trunkline_bg\.wasm .*README/);

    await copyFile(join(PACKAGE, MODULE), join(out, MODULE));
    const beside = await open(t);
    await rm(join(out, MODULE));
    assert.equal(beside.outcome, 'default:a');
    assert.deepEqual(beside.complaints, []);
  });
}

test('trunkline/slim as a plain script says that it cannot look for the module', async (t) => {
  await withEsbuild(app('trunkline/slim'), {
    format: 'iife',
    logOverride: { 'empty-import-meta': 'silent' },
  });

  const { page, outcome } = await open(t, '<script src="/app/app.js"></script>');

  assert.equal(outcome.code, 'module-not-loaded');
  assert.match(outcome.message, /does not know its own address/);
  assert.match(outcome.hint, /give init\(\) its address/);
  await copyFile(join(PACKAGE, MODULE), join(out, MODULE));
  await page.evaluate((place) => trunkline.init(place), `/app/${MODULE}`);
  await rm(join(out, MODULE));
});

test('trunkline/slim with the line of the README for esbuild fetches what esbuild took along', async (t) => {
  const code = app('trunkline/slim', 'trunkline/trunkline_bg.wasm');
  const names = await withEsbuild(code, { loader: { '.wasm': 'file' }, publicPath: '/app' });
  assert.ok(!names.includes(COPY));

  const { outcome, asked, complaints } = await open(t);

  assert.equal(outcome, 'default:a');
  assert.deepEqual(complaints, []);
  assert.equal(asked.filter((name) => name.endsWith('.wasm')).length, 1);
});

for (const [entry, fetched, left] of /** @type {const} */ ([
  ['index.js', MODULE, COPY],
  ['slim.js', MODULE, COPY],
  ['inline.js', COPY, MODULE],
])) {
  test(`Client.connect() of ${entry} takes ${fetched}, and leaves ${left}`, async (t) => {
    const served = await serveBlankPage({}, '<!doctype html><link rel="icon" href="data:," />');
    t.after(() => served.close());
    const page = await newPage(t);
    /** @type {string[]} */
    const asked = [];
    page.on('request', (request) => void asked.push(request.url().replace(/.*\//, '')));
    await page.goto(served.url);

    await page.evaluate(
      async ({ apiKey, baseURL, place, user }) => {
        const { Client } = await import(place);
        const client = await Client.connect({ apiKey, user, options: { baseURL } });
        await client.dispose();
      },
      { ...here.app, place: `/pkg/${entry}`, user: { id: unique('guest'), type: 'guest' } },
    );

    assert.ok(asked.includes(fetched), `${asked}`);
    assert.ok(!asked.includes(left), `${asked}`);
  });
}
