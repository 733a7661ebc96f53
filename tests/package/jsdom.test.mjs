// Apps test their components in jsdom, which lacks much of what a browser and Node have.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

for (const runner of ['jest', 'vitest']) {
  for (const entry of ['trunkline', 'trunkline/inline']) {
    test(`${entry} loads in the jsdom of ${runner}, and changes nothing that was there`, async () => {
      const script = fileURLToPath(new URL(`support/in-${runner}.mjs`, import.meta.url));

      const { stdout } = await run(process.execPath, ['--experimental-vm-modules', script, entry]);

      assert.deepEqual(JSON.parse(stdout), { state: 'idle', replaced: [] });
    });
  }
}
