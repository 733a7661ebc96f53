/**
 * How the core reads JSON that the browser has parsed. What cannot be read is not there.
 */

/** The value of a text; `undefined` when it is no JSON. */
export const parse = (text) => attempt(() => JSON.parse(text));

/** The text of a value; `undefined` when it cannot be written, such as a cycle. */
export const write = (value) => attempt(() => JSON.stringify(value));

/** A field of an object; `undefined` when there is none or it is `null`. */
export function get(value, key) {
  // What every object inherits, such as `constructor`, is no part of a document.
  if (!isObject(value) || !Object.hasOwn(value, key)) return undefined;
  return attempt(() => value[key]) ?? undefined;
}

/** The elements of an array. */
export function items(value) {
  return Array.isArray(value) ? value : undefined;
}

/** The own fields of an object that is no array: name, value, name, value … */
export function entries(value) {
  if (!isObject(value)) return undefined;
  return Object.keys(value).flatMap((key) => [key, attempt(() => value[key])]);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function attempt(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
