// What `wasm-pack build --target web` leaves in pkg/, before it is completed. Run by `cargo xtask test`.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const place = (path) => new URL(`../../pkg/${path}`, import.meta.url);
const read = (path) => readFileSync(place(path), 'utf8');

test('the package is documented, licensed and ignored', () => {
  assert.equal(read('README.md'), read('../README.md'));
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) {
    assert.equal(read(licence), read(`../${licence}`));
  }
  // As wasm-pack writes it, so that a build changes nothing that git knows.
  assert.equal(read('.gitignore'), '*');
});

test('what its package.json names is there, and nothing of it was completed', () => {
  const { files, main, types } = JSON.parse(read('package.json'));

  for (const path of [...files, main, types]) assert.ok(existsSync(place(path)), path);
  assert.equal(existsSync(place('index.js')), false);
});

test('every file that it imports is inside', () => {
  const scripts = readdirSync(place(''), { recursive: true }).filter((path) => /\.js$/.test(path));
  assert.ok(scripts.length > 2, scripts);
  for (const script of scripts) {
    const code = read(script).replace(/\/\*[^]*?\*\//g, '');
    for (const [, path] of code.matchAll(/(?:from|import\() ?['"](.+?)['"]/g)) {
      assert.match(path, /^\.{1,2}\//, script);
      assert.ok(existsSync(new URL(path, place(script))), `${script} imports ${path}`);
    }
  }
});

test('all works after one awaited init', async () => {
  const trunkline = await import(place('trunkline.js'));
  await trunkline.default({ module_or_path: readFileSync(place('trunkline_bg.wasm')) });

  const client = new trunkline.Client('key');
  const call = client.call('default', 'standup');

  assert.ok(call instanceof trunkline.Call);
  assert.equal(call.state.callingState, trunkline.CallingState.IDLE);
  await assert.rejects(call.get(), trunkline.VideoError);
  await client.dispose();
});
