/**
 * Refuses to pack a folder that lacks something of the package: npm packs what is there, and says
 * nothing. In the repository that is this very folder, before the build has put the module beside it.
 *
 * JavaScript, because npm runs it.
 */
import { existsSync, readFileSync } from 'node:fs';

const { exports, files } = JSON.parse(readFileSync('package.json', 'utf8'));

const filesOf = (entry) =>
  typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(filesOf);
const named = files.filter((file) => !/[!*]/.test(file));
const wanted = new Set([...filesOf(exports), ...named, 'README.md']);
const missing = [...wanted].filter((file) => !existsSync(file));

if (missing.length > 0) {
  console.error(`This is not the whole package: ${missing.join(', ')} is missing.`);
  console.error('In the repository: cargo xtask build, then npm pack ./pkg');
  process.exitCode = 1;
}
