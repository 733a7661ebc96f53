// Loads the package as jest does in its jsdom environment with ES modules: in the context of jsdom's
// window, beside a copy of `process`, without what jsdom lacks. Run with --experimental-vm-modules.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SourceTextModule } from 'node:vm';

import { JSDOM } from 'jsdom';

const dom = new JSDOM('', { url: 'http://localhost/', runScripts: 'dangerously' });
const context = dom.getInternalVMContext();
const { window } = dom;
window.process = Object.create(
  Object.getPrototypeOf(process),
  Object.getOwnPropertyDescriptors(process),
);
const before = new Map(Object.getOwnPropertyNames(window).map((name) => [name, window[name]]));

const modules = new Map();
const ENTRY = import.meta.resolve(process.argv[2]);

async function load(url) {
  const source = await readFile(fileURLToPath(url), 'utf8');
  // Somebody else may have been faster.
  modules.set(
    url,
    modules.get(url) ??
      new SourceTextModule(source, {
        context,
        identifier: url,
        initializeImportMeta: (meta) => (meta.url = url),
        importModuleDynamically: (specifier) => evaluated(new URL(specifier, url).href),
      }),
  );
  return modules.get(url);
}

async function evaluated(url) {
  const module = await load(url);
  if (module.status === 'unlinked') {
    await module.link((specifier, { identifier }) => load(new URL(specifier, identifier).href));
  }
  await module.evaluate();
  return module;
}

const { namespace: trunkline } = await evaluated(ENTRY);
await trunkline.init();
const client = new trunkline.Client('key');
const call = client.call('default', 'a');
const replaced = [...before].filter(([name, value]) => !Object.is(window[name], value));
console.log(JSON.stringify({ state: call.state.callingState, replaced: replaced.map(([n]) => n) }));
await client.dispose();
window.close();
