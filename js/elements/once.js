/**
 * What ends something, for apps.
 *
 * JavaScript, because an app may call it as often and as late as it likes: a function of Rust would be
 * gone after the first time.
 */

/** A function that runs `run` the first time it is called. */
export function once(run) {
  let isOpen = true;
  return () => {
    if (!isOpen) return;
    isOpen = false;
    run();
  };
}
