/**
 * Listens to events of a target.
 *
 * @param {Record<string, (event: Event) => void>} listeners by the name of the event
 * @returns a function that ends it
 */
export function listen(target, listeners) {
  const each = Object.entries(listeners);
  for (const [name, listener] of each) target.addEventListener(name, listener);
  return () => {
    for (const [name, listener] of each) target.removeEventListener(name, listener);
  };
}
