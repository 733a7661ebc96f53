/**
 * The parts of the package that are loaded when they are first used.
 *
 * JavaScript, because Rust has no word for `import()`, and bundlers look for it.
 */

export function loadDiagnostics() {
  return import('./diagnostics.js');
}

/** A report of how media flow; see `stats-report.js`. */
export const summarise = async (measurement) =>
  (await import('./stats-report.js')).summarise(measurement);
