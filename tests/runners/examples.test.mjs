// The package in jest and in vitest, as an app has it that does nothing for it: installed from what
// npm would publish, without any configuration.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const GUIDE = await readFile(here('../../docs/testing.md'), 'utf8');

let packed;

before(async () => {
  await rm(here('apps'), { recursive: true, force: true });
  await mkdir(here('apps'));
  const args = ['pack', '--json', '--pack-destination', here('apps'), here('../../pkg')];
  const [{ filename }] = JSON.parse((await run('npm', args)).stdout);
  packed = here(`apps/${filename}`);
});

/** Has a runner run that test in an app of its own, in which the package is installed. */
async function inApp(name, code, [runner, ...args], { type = 'commonjs', options = '' } = {}) {
  const app = here(`apps/${name}`);
  const installed = `${app}/node_modules/trunkline`;
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', packed, '-C', installed, '--strip-components=1']);
  await writeFile(`${app}/package.json`, JSON.stringify({ name: 'app', version: '1.0.0', type }));
  await writeFile(`${app}/app.test.js`, code);
  // What this runner tells its own children would change what they do.
  const { NODE_TEST_CONTEXT: _, ...outside } = process.env;
  const env = { ...outside, NODE_OPTIONS: options, NO_COLOR: '1', CI: '1' };
  const program = here(`../../node_modules/.bin/${runner}`);
  const { stdout, stderr } = await run(program, args, { cwd: app, env });
  return stdout + stderr;
}

/** The example below that heading of the guide. */
function exampleOf(runner) {
  const example = new RegExp(`\n## ${runner}\n[^]*?\`\`\`js\n([^]*?)\`\`\``).exec(GUIDE)?.[1];
  assert.ok(example, `the guide has an example for ${runner}`);
  return example;
}

test('the example for jest passes', async () => {
  assert.match(await inApp('jest', exampleOf('jest'), ['jest']), /Tests: +4 passed, 4 total/);
});

test('the example for vitest passes', async () => {
  assert.match(await inApp('vitest', exampleOf('vitest'), ['vitest', 'run']), /Tests +4 passed/);
});

for (const [how, importing, command, manner] of [
  ['jest', 'require', ['jest']],
  [
    'jest with modules',
    'await import',
    ['jest'],
    { type: 'module', options: '--experimental-vm-modules --disable-warning=ExperimentalWarning' },
  ],
  ['vitest', 'await import', ['vitest', 'run', '--globals']],
]) {
  for (const environment of ['node', 'jsdom']) {
    for (const entry of ['trunkline', 'trunkline/inline']) {
      test(`${entry} loads in ${how} with ${environment}, and changes nothing that was there`, async () => {
        const code = `/** @${command[0]}-environment ${environment} */
          test('it loads', async () => {
            const names = Object.getOwnPropertyNames(globalThis);
            const before = new Map(names.map((name) => [name, globalThis[name]]));
            const { Client, init } = ${importing}('${entry}');
            await init();
            const client = new Client('key');
            expect(client.call('default', 'a').state.callingState).toBe('idle');
            await client.dispose();
            const isReplaced = ([name, value]) => !Object.is(globalThis[name], value);
            expect([...before].filter(isReplaced).map(([name]) => name)).toEqual([]);
          });`;
        const name = `${how} ${environment} ${entry}`.replace(/\W/g, '-');

        assert.match(await inApp(name, code, command, manner), /Tests:? +1 passed/);
      });
    }
  }
}
