// The page's time, which runs faster while somebody waits for a deadline: no test waits for minutes.

/** Timers and the clock of the page, from now on. */
export const time = (() => {
  const { setTimeout, clearTimeout } = globalThis;
  const realNow = performance.now.bind(performance);
  let [speed, real, virtual] = [1, realNow(), realNow()];
  const now = () => virtual + (realNow() - real) * speed;
  /** @type {Map<number, { due: number, run: Function, every?: number, handle?: any }>} */
  const timers = new Map();
  let last = 1_000_000;
  const arm = (/** @type {number} */ id) => {
    const timer = timers.get(id);
    if (!timer) return;
    clearTimeout(timer.handle);
    timer.handle = setTimeout(
      () => {
        if (timer.every === undefined) timers.delete(id);
        else {
          timer.due = now() + timer.every;
          arm(id);
        }
        timer.run();
      },
      (timer.due - now()) / speed,
    );
  };
  const add = (/** @type {Function} */ run, /** @type {number} */ delay, isRepeated = false) => {
    timers.set((last += 1), { due: now() + delay, run, ...(isRepeated && { every: delay }) });
    arm(last);
    return last;
  };
  const remove = (/** @type {number} */ id) => {
    clearTimeout(timers.get(id)?.handle ?? id);
    timers.delete(id);
  };
  performance.now = now;
  Object.assign(globalThis, {
    setTimeout: (/** @type {Function} */ run, delay = 0) => add(run, delay),
    setInterval: (/** @type {Function} */ run, delay = 0) => add(run, delay, true),
    clearTimeout: remove,
    clearInterval: remove,
  });
  return {
    now,
    after: setTimeout,
    /** @param {number} factor */
    run(factor) {
      [virtual, real, speed] = [now(), realNow(), factor];
      for (const id of timers.keys()) arm(id);
    },
  };
})();

/** ms for which time runs as it does, where what was thrown may have left nothing but a deadline. */
export const SOON = 400;
/** ms of that where the server answers, however much else the machine does. */
export const PATIENCE = 10_000;
/** How much faster it runs then. */
const HASTE = 20;
/** ms after which nothing ends any more; the longest deadline of the SDK is shorter. */
const NEVER = 120_000;

/**
 * What a promise comes to, which takes at most so long in the page's time.
 *
 * @param {unknown} promise
 * @param {string} what
 * @param {number} haste ms after which time runs faster
 * @returns {Promise<any>}
 */
export async function inTime(promise, what, haste) {
  const never = time.now() + NEVER;
  /** @type {any} */
  let timer;
  const late = new Promise((_, reject) => {
    const look = () => {
      if (time.now() > never) return reject(new Error(`${what} never ends`));
      time.run(HASTE);
      timer = time.after(look, 200);
    };
    timer = time.after(look, haste);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
    time.run(1);
  }
}
