// Takes the steps of a scenario, of which some fail as imports throw, and looks at how.
import { PATIENCE, SOON, inTime, time } from './throwing-time.js';

/** @typedef {import('./throwing.js').Setting} Setting */

/** What was thrown left nothing to take further steps with. */
export class Over extends Error {}

/** Takes the steps of a part. */
export class Run {
  /** @type {string[]} */
  problems = [];
  /** @type {any} */
  client;

  /**
   * @param {any} sdk
   * @param {Setting} setting
   * @param {boolean} isArmed
   */
  constructor(sdk, setting, isArmed) {
    this.sdk = sdk;
    this.setting = setting;
    this.isArmed = isArmed;
    /** ms after which deadlines come faster. */
    this.haste = isArmed ? SOON : PATIENCE;
  }

  /**
   * Does something, which may fail for what was thrown, with an error that says what failed.
   *
   * @param {string} what
   * @param {() => any} act
   */
  async step(what, act) {
    try {
      return await inTime(act(), what, this.haste);
    } catch (error) {
      if (!this.#isTyped(error) || !this.isArmed) this.problems.push(`${what}: ${describe(error)}`);
      return undefined;
    }
  }

  /**
   * Does something wrong, which fails in any case.
   *
   * @param {string} what
   * @param {() => any} act
   */
  async wrong(what, act) {
    try {
      await inTime(act(), what, this.haste);
      if (!this.isArmed) this.problems.push(`${what} does not fail`);
    } catch (error) {
      if (!this.#isTyped(error)) this.problems.push(`${what}: ${describe(error)}`);
    }
  }

  #isTyped(/** @type {unknown} */ error) {
    return error instanceof this.sdk.VideoError && Object(error).code !== 'instance-dead';
  }

  /**
   * Waits until something is so, which only a throw may prevent.
   *
   * @param {() => unknown} condition
   */
  async settles(condition) {
    for (let left = this.isArmed ? 3_000 : PATIENCE; left > 0 && !isSo(condition); left -= 25) {
      await new Promise((resolve) => time.after(resolve, 25));
    }
    if (!this.isArmed && !isSo(condition)) this.problems.push(`never so: ${condition}`);
  }

  async connect(options = {}) {
    const { apiKey, baseURL, userId, token } = this.setting;
    const all = { baseURL, location: 'LCL', logger: () => {}, ...options };
    await this.step('new Client', () => (this.client = new this.sdk.Client(apiKey, all)));
    if (!this.client) throw new Over();
    await this.step('connectUser', () => this.client.connectUser({ id: userId }, () => token));
  }

  /** @param {string} [id] */
  async open(id = `throwing-${crypto.randomUUID()}`) {
    const call = await this.step('call', () => this.client.call('default', id));
    if (!call) throw new Over();
    return call;
  }

  /** On the same instance, with the same client if there is one: what was thrown stops nothing. */
  async goesOn() {
    const { apiKey, baseURL, userId, token } = this.setting;
    const must = async (/** @type {string} */ what, /** @type {() => any} */ act) => {
      try {
        return await inTime(act(), what, PATIENCE);
      } catch (error) {
        this.problems.push(`afterwards, ${what}: ${describe(error)}`);
        throw new Over();
      }
    };
    this.client ??= await must('new Client', () => {
      return new this.sdk.Client(apiKey, { baseURL, location: 'LCL', logger: () => {} });
    });
    await must('disconnectUser', () => this.client.disconnectUser());
    await must('connectUser', () => this.client.connectUser({ id: userId }, token));
    const call = await must('call', () => this.client.call('default', crypto.randomUUID()));
    await must('getOrCreate', () => call.getOrCreate());
    await must('leave', () => call.leave());
    await must('dispose', () => this.client.dispose());
  }
}

function isSo(/** @type {() => unknown} */ condition) {
  try {
    return condition();
  } catch {
    return false;
  }
}

export function describe(/** @type {unknown} */ thrown) {
  if (!(thrown instanceof Error)) return `${typeof thrown} thrown`;
  const at =
    thrown.stack
      ?.match(/ at .*/g)
      ?.slice(0, 3)
      .join(' <') ?? '';
  return `${thrown.name} ${Object(thrown).code ?? ''} ${thrown.message} ${at}`;
}

/** Reads everything that an object shows. */
export function readAll(/** @type {any} */ object) {
  for (let at = Object.getPrototypeOf(object); at && at !== Object.prototype; ) {
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (get) void object[name];
    }
    at = Object.getPrototypeOf(at);
  }
}
