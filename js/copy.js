/**
 * Loads the module that is inside JavaScript, by another `import()` than the entry's: frameworks such
 * as Nuxt have browsers fetch ahead what a page's script imports like this, but not what that imports.
 *
 * JavaScript, because Rust has no word for `import()`, and it is what loads the module.
 */
export const compile = async () => (await import('./trunkline_bg.inline.js')).default();
