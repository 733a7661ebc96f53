// Runs one cell of the bench in a page of its own: prepares everything, then does only what is measured.
// JavaScript, because it runs in the page.
import { frame, open, realFrame } from './doors.js';
import { frames } from './our-frames.js';
import { Checksum, Model, Script } from './workload.js';

/**
 * @typedef {object} Contender
 * @property {(event: import('./workload.js').Event, known: (index: number) => import('./workload.js').Person) => Uint8Array[]} frames
 * @property {(people: import('./workload.js').Person[], own: import('./workload.js').Person) => Promise<void>} approach
 * @property {() => Promise<unknown>} enter
 * @property {(frame: Uint8Array) => void} deliver
 * @property {(count: number) => void} watch
 * @property {(count: number, sum: Checksum) => void} read
 * @property {() => number} wasmBytes
 *
 * @typedef {object} Cell
 * @property {'ours' | 'shipped' | 'sorted' | 'map' | 'twin' | 'nobody'} contender
 * @property {'events' | 'join' | 'memory'} what
 * @property {import('./workload.js').Workload} workload
 * @property {number} people
 * @property {'none' | 'first' | 'all'} reader
 * @property {number} warmUp events before the window
 * @property {number} events events in the window
 * @property {number} seed
 */

const FIRST = 25;
/** ms in which whatever an SDK put off for a moment comes: the longest such delay here is 100. */
const PUT_OFF = 150;

/** @param {Cell['contender']} name @returns {Promise<Contender>} */
async function make(name) {
  switch (name) {
    case 'ours':
    case 'shipped':
      return new (await import('./ours.js')).Ours(name === 'ours' ? 'speakers' : 'came');
    case 'sorted':
    case 'map':
      return new (await import('./peer.js')).Peer(name === 'sorted');
    case 'twin':
      return new (await import('./twin.js')).Twin();
    case 'nobody':
      return new Nobody();
  }
}

/** What the bench itself costs: frames come in, and nothing happens. */
class Nobody {
  frames = frames;
  #socket;

  async approach() {
    this.#socket = await open(() => {});
  }

  async enter() {}

  /** @param {Uint8Array} frame */
  deliver(frame) {
    this.#socket.deliver(frame);
  }

  watch() {}
  read() {}
  wasmBytes() {
    return 0;
  }
}

class Run {
  /** @type {Uint8Array[][]} */
  #warmUp = [];
  /** @type {Uint8Array[][]} */
  #frames = [];
  #longest = 0;

  /** @param {Cell} cell */
  constructor(cell) {
    this.cell = cell;
    this.count = { none: 0, first: FIRST, all: Infinity }[cell.reader];
    this.script = new Script(cell.people, cell.seed);
    const own = new Script(1, cell.seed + 1).people[0];
    this.own = { ...own, index: -2, userId: 'user-own', sid: 'PA_own', audio: false, video: false };
  }

  async prepare() {
    const { cell, script, own } = this;
    this.contender = await make(cell.contender);
    const events = script.events(cell.workload, cell.warmUp + cell.events);
    const people = new Map(script.people.map((person) => [person.index, person]));
    for (const event of events)
      if (event.kind === 'join') people.set(event.person.index, event.person);
    const known = (/** @type {number} */ index) => people.get(index);
    const frames = events.map((event) => this.contender.frames(event, known));
    this.#warmUp = frames.slice(0, cell.warmUp);
    this.#frames = frames.slice(cell.warmUp);
    this.events = events;
    await this.contender.approach(script.people, own);
    this.indices = new Map([...people.values()].map(({ sessionId, index }) => [sessionId, index]));
    this.indices.set(own.sessionId, own.index);
    this.sum = new Checksum(this.indices);
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        this.#longest = Math.max(this.#longest, duration);
    }).observe({ type: 'longtask' });
    if (cell.what === 'join') {
      // The tasks that made the frames are none of the SDK's.
      await this.#settle();
      this.#longest = 0;
      return;
    }
    await this.contender.enter();
    if (cell.what === 'memory') return this.#forget();
    if (this.count > 0) this.contender.watch(this.count);
    await this.#play(this.#warmUp, new Checksum(this.indices));
    await this.#settle();
    this.#longest = 0;
    gc?.({ type: 'major' });
  }

  /** Does what is measured. */
  async run() {
    const started = performance.now();
    if (this.cell.what === 'join') {
      this.contender.watch(FIRST);
      await this.contender.enter();
      this.contender.read(FIRST, this.sum);
    } else {
      await this.#play(this.#frames, this.sum);
    }
    this.wall = performance.now() - started;
    await this.#settle();
  }

  /** Each frame comes in a task of its own; the app reads after each event. @param {Uint8Array[][]} events @param {Checksum} sum */
  async #play(events, sum) {
    for (const frames of events) {
      for (const bytes of frames) {
        await task();
        this.contender.deliver(bytes);
      }
      await task();
      frame();
      if (this.count > 0) this.contender.read(this.count, sum);
    }
  }

  /** Until nothing is left to be done. */
  async #settle() {
    for (const wait of [0, PUT_OFF, 0]) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      frame();
      await task();
    }
    await realFrame();
  }

  /** What was read, and what there is to be read at last; and the same by the model. */
  result() {
    const { cell, script, own, count } = this;
    const last = new Checksum(this.indices);
    this.contender.read(Infinity, last);
    const order = ['ours', 'sorted', 'twin'].includes(cell.contender) ? 'speakers' : 'came';
    const joined = cell.contender === 'map' ? script.people : [...script.people, own];
    const model = new Model(joined);
    const expected = new Checksum(this.indices);
    const read = (/** @type {number} */ limit, /** @type {Checksum} */ sum) => {
      for (const p of model.sorted(order).slice(0, limit)) {
        sum.add(p.sessionId, p.name, p.level, p.isSpeaking, p.quality, p.audio, p.video);
      }
    };
    if (cell.what === 'join') read(FIRST, expected);
    else {
      this.events.forEach((event, at) => {
        model.apply(event);
        if (count > 0 && at >= cell.warmUp) read(count, expected);
      });
    }
    const expectedLast = new Checksum(this.indices);
    read(Infinity, expectedLast);
    const nobody = cell.contender === 'nobody';
    return {
      wall: this.wall,
      longest: this.#longest,
      read: this.sum.value,
      expected: nobody ? this.sum.value : expected.value,
      last: last.value,
      expectedLast: nobody ? last.value : expectedLast.value,
    };
  }

  /** Only what the contender holds is to be weighed, after everybody was read once. */
  async #forget() {
    this.contender.watch(Infinity);
    this.contender.read(Infinity, this.sum);
    this.script = this.events = this.own = this.indices = this.sum = undefined;
    this.#frames = this.#warmUp = [];
    await this.#settle();
  }
}

const channel = new MessageChannel();
/** @type {() => void} */
let next = () => {};
channel.port1.onmessage = () => next();

/** Goes on in a task of its own. */
function task() {
  return new Promise((resolve) => {
    next = () => resolve(undefined);
    channel.port2.postMessage(undefined);
  });
}

/** @type {Run | undefined} */
let run;
Object.assign(globalThis, {
  bench: {
    prepare: (/** @type {Cell} */ cell) => (run = new Run(cell)).prepare(),
    run: () => run?.run(),
    result: () => run?.result(),
    wasmBytes: () => run?.contender?.wasmBytes(),
  },
});
