/**
 * Parts of the package that are loaded on first use. In JavaScript, as `import()` is syntax.
 */

/** A report of how media flow; see `stats-report.js`. */
export const summarise = async (measurement) =>
  (await import('./stats-report.js')).summarise(measurement);
