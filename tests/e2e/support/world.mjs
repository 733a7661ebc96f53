// What each test file runs in: one server, one browser, one origin for apps.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';

import { BROWSER, DEVICES, launch } from './browser.mjs';
import { API_KEY, Server, tokenFor } from './server.mjs';
import { serveBlankPage } from './static.mjs';

/** ms that anything may take to become true. Nothing waits this long unless something is wrong. */
export const PATIENCE = 60_000;
const BETWEEN_LOOKS = 50;

/**
 * Everything that a test needs, started before the file's tests and ended after them.
 *
 * @param {(world: World) => Promise<void>} [setUp] makes what the file's tests share
 * @param {readonly string[]} [browserArgs] more switches for the browser
 * @param {readonly string[]} [serverArgs] more options for the server
 * @returns {World}
 */
export function world(setUp, browserArgs, serverArgs) {
  const made = new World(browserArgs, serverArgs);
  before(async () => {
    await made.start();
    await setUp?.(made);
  });
  after(() => made.stop());
  return made;
}

/** See {@link world}. */
export class World {
  /** @type {Server | undefined} */
  #server;
  /** @type {import('playwright-core').Browser | undefined} */
  #browser;
  /** @type {Awaited<ReturnType<typeof serveBlankPage>> | undefined} */
  #origin;
  #browserArgs;
  #serverArgs;

  /**
   * @param {readonly string[]} [browserArgs]
   * @param {readonly string[]} [serverArgs]
   */
  constructor(browserArgs, serverArgs) {
    this.#browserArgs = browserArgs;
    this.#serverArgs = serverArgs;
  }

  get server() {
    if (!this.#server) throw new Error('the world has not been started');
    return this.#server;
  }

  async start() {
    this.#server = await Server.start(this.#serverArgs);
    this.#origin = await serveBlankPage();
    this.#browser = await launch(this.#browserArgs);
  }

  async stop() {
    await this.#browser?.close();
    await this.#origin?.close();
    await this.#server?.stop();
  }

  /**
   * A fresh browser profile.
   *
   * @param {import('playwright-core').BrowserContextOptions} [options]
   */
  async context(options = {}) {
    if (!this.#browser) throw new Error('the world has not been started');
    const context = await this.#browser.newContext(
      BROWSER === 'firefox' ? {} : { permissions: DEVICES, ...options },
    );
    context.setDefaultTimeout(PATIENCE);
    await context.addInitScript({ path: fileURLToPath(new URL('page/spy.js', import.meta.url)) });
    return context;
  }

  /**
   * A blank page with the SDK in it, and no user.
   *
   * @param {import('playwright-core').BrowserContextOptions} [options]
   * @param {() => void} [before] runs in the page before anything else, each time it is loaded
   */
  async stranger(options, before) {
    const page = await (await this.context(options)).newPage();
    if (before) await page.addInitScript(before);
    const stranger = new Person(page, '');
    await page.goto(this.#origin?.url ?? '');
    await stranger.isReady();
    return stranger;
  }

  /**
   * A connected user in a page of their own.
   *
   * @param {string} name names the user, whose id is unique
   * @param {Record<string, unknown>} [claims] of the token, such as `role` or `teams`
   * @param {import('trunkline').ClientOptions} [options]
   * @param {Parameters<World['stranger']>} page see {@link stranger}
   */
  async person(name, claims, options, ...page) {
    const user = { id: unique(name), name };
    return this.login(await this.stranger(...page), user, claims, options);
  }

  /**
   * The same user on another device.
   *
   * @param {Person} person
   */
  async device(person) {
    return this.login(await this.stranger(), { id: person.id });
  }

  /**
   * A page whose user needs no token.
   *
   * @param {import('trunkline').GuestUser | import('trunkline').AnonymousUser} user
   */
  async visit(user) {
    const person = await this.stranger();
    person.id = await person.run(
      async ({ apiKey, baseURL, user }) => {
        const options = { baseURL, location: 'LCL' };
        const args = /** @type {import('trunkline').ClientArgs} */ ({ apiKey, user, options });
        globalThis.client = await trunkline.Client.connect(args);
        return client.state.connectedUser?.id ?? '';
      },
      { ...this.app, user },
    );
    return person;
  }

  /**
   * Connects somebody who has a page already, also after it was loaded anew.
   *
   * @param {Person} person
   * @param {{ id: string, name?: string }} user
   * @param {Record<string, unknown>} [claims] of the token
   * @param {import('trunkline').ClientOptions} [options]
   */
  async login(person, user, claims, options) {
    person.id = user.id;
    await person.run(
      async ({ apiKey, baseURL, user, token, options }) => {
        globalThis.client = await trunkline.Client.connect({
          ...{ apiKey, user, token },
          options: { baseURL, location: 'LCL', ...options },
        });
      },
      { ...this.app, user, token: tokenFor(person.id, claims), options },
    );
    return person;
  }

  /**
   * Somebody who opens the demo.
   *
   * @param {import('playwright-core').BrowserContextOptions} [options]
   * @param {string} [url] an invite link, or else the demo's own address
   */
  async visitor(options, url = this.server.url) {
    const permissions = [...DEVICES, 'clipboard-read', 'clipboard-write'];
    const page = await (await this.context({ permissions, ...options })).newPage();
    await page.goto(url);
    return new Person(page, url);
  }

  /** How long all pages together have kept a processor busy, in s. */
  async pageSeconds() {
    if (!this.#browser) throw new Error('the world has not been started');
    const session = await this.#browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    const pages = processInfo.filter(({ type }) => type === 'renderer');
    return pages.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  }

  /** What an app knows of the server. */
  get app() {
    return { apiKey: API_KEY, baseURL: this.server.baseURL };
  }
}

/** Somebody with a page. */
export class Person {
  /**
   * @param {import('playwright-core').Page} page
   * @param {string} id the user's
   */
  constructor(page, id) {
    this.page = page;
    this.id = id;
    /** Errors and warnings in the console, and exceptions that nobody caught. */
    this.complaints = /** @type {string[]} */ ([]);
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      // People of most tests have no ear: whether that is told depends on how long they stay.
      const isOfSilence = message.text().startsWith('trunkline: nothing plays the ');
      if (['error', 'warning'].includes(message.type()) && !isOfSilence) {
        this.complaints.push(message.text());
      }
    });
  }

  /**
   * Runs a function in the page.
   *
   * @template Arg, Result
   * @param {(arg: Arg) => Result} action
   * @param {Arg} [arg]
   * @returns {Promise<Awaited<Result>>}
   */
  async run(action, arg) {
    /** @type {Promise<Awaited<Result>>} */
    const result = /** @type {any} */ (this.page).evaluate(action, arg);
    return inTime(result, () => this.#explain('a step in the page'));
  }

  /**
   * Waits until a function in the page gives something true, and returns that.
   *
   * @template Arg, Result
   * @param {(arg: Arg) => Result} condition
   * @param {Arg} arg
   * @param {string} what it means, for the failure
   * @returns {Promise<Exclude<Awaited<Result>, false | null | undefined>>}
   */
  async until(condition, arg, what) {
    // Not Playwright's own waiting, which takes any promise for true.
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const found = await this.run(condition, arg);
      if (found) return /** @type {any} */ (found);
      if (Date.now() > deadline) throw new Error(this.#explain(what));
      await setTimeout(BETWEEN_LOOKS);
    }
  }

  /** Collects the events of the client from now on, in `heard`. */
  async listen() {
    await this.run(() => {
      const list = (globalThis.heard = /** @type {typeof heard} */ ([]));
      client.on('all', (event) => void list.push({ ...event }));
    });
  }

  /**
   * Waits until the client has told of an event, and returns it.
   *
   * @param {string} type
   * @param {string} [cid] of which call
   */
  async hears(type, cid) {
    return this.until(
      ({ type, cid }) =>
        heard.find((event) => event.type === type && (!cid || event.call_cid === cid)),
      { type, cid },
      `${type} is heard`,
    );
  }

  /** Waits until the page has the SDK. */
  async isReady() {
    await this.until(() => globalThis.isReady, undefined, 'the module is loaded');
  }

  /**
   * Makes the page's `call`.
   *
   * @param {string} id
   * @param {string} [type]
   */
  async open(id, type = 'default') {
    await this.run(
      ({ id, type }) => {
        globalThis.call = client.call(type, id);
      },
      { id, type },
    );
  }

  /**
   * Joins with camera and microphone, small enough for several in one machine, and shows everybody.
   *
   * @param {string} id
   */
  async join(id) {
    await this.open(id);
    await this.run(async (settings_override) => {
      showEverybody(call);
      await call.join({ create: true, data: { settings_override } });
    }, SMALL_VIDEO);
  }

  /**
   * The same with every device off.
   *
   * @param {string} id
   */
  async joinSilently(id) {
    await this.open(id);
    await this.run(async (settings_override) => {
      showEverybody(call);
      await Promise.all([call.camera.disable(), call.microphone.disable()]);
      await call.join({ create: true, data: { settings_override } });
    }, SMALL_VIDEO);
  }

  /** Closes the page and all that belongs to it. */
  async close() {
    await this.page.context().close();
  }

  /** @param {string} what */
  #explain(what) {
    return [`not in time: ${what} (${this.id})`, ...this.complaints].join('\n');
  }
}

/** Settings of a call whose videos are 320×240, and whose screens are small, too. */
export const SMALL_VIDEO = {
  video: { target_resolution: { width: 320, height: 240, bitrate: 500_000 } },
  screensharing: { target_resolution: { width: 640, height: 360, bitrate: 200_000 } },
};

/** Settings of a call in which nobody's camera or microphone comes on by itself. */
export const NO_DEVICES = {
  audio: { mic_default_on: false },
  video: { camera_default_on: false },
};

/**
 * An id that no other test uses.
 *
 * @param {string} name
 */
export function unique(name) {
  return `${name}-${randomUUID().slice(0, 8)}`;
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {() => string} explain
 * @returns {Promise<T>}
 */
async function inTime(promise, explain) {
  const timer = new AbortController();
  const late = setTimeout(1.5 * PATIENCE, undefined, { signal: timer.signal }).then(
    () => Promise.reject(new Error(explain())),
    () => new Promise(() => {}),
  );
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    timer.abort();
  }
}
