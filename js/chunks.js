/**
 * The parts of the package that are loaded when they are first used. In JavaScript, as Rust has no
 * word for `import()`, and bundlers look for it.
 */

export function loadDiagnostics() {
  return import('./diagnostics.js');
}
