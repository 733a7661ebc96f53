// What happens in the calls of the bench: people and events from a seed, free of any protocol, and a plain
// model of what has to be seen afterwards. JavaScript, because it runs in the bench's page.

/**
 * @typedef {object} Person
 * @property {number} index unique, and in the order of coming
 * @property {string} sessionId
 * @property {string} sid how the peer's server calls the session
 * @property {string} userId
 * @property {string} name
 * @property {string} image
 * @property {number} joinedAt s since the epoch
 * @property {number} level
 * @property {boolean} isSpeaking
 * @property {boolean} isDominant
 * @property {number} quality 1 poor, 2 good, 3 excellent
 * @property {boolean} audio whether the microphone is published
 * @property {boolean} video whether the camera is published
 *
 * @typedef {{ index: number, level: number, isSpeaking: boolean }} Level
 *
 * @typedef {{ kind: 'levels', levels: Level[] }
 *   | { kind: 'dominant', index: number, levels: Level[] }
 *   | { kind: 'quality', qualities: { index: number, quality: number }[] }
 *   | { kind: 'publish', track: 'audio' | 'video', isOn: boolean, person: Person }
 *   | { kind: 'join', person: Person }
 *   | { kind: 'leave', person: Person }
 *   | { kind: 'rename', person: Person }} Event `person` is who it is about, as they are afterwards
 *
 * @typedef {'levels' | 'dominant' | 'quality' | 'publish' | 'joinleave' | 'rename' | 'mix' | 'growth'} Workload
 */

/** How many sessions one event names. */
const LEVELS = 50;
const QUALITIES = 20;
/** How many speak at a time. */
const SPEAKERS = 10;
/** Percent of the events of the mix, which `joinleave` and `publish` halve. */
const MIX = { levels: 50, dominant: 10, quality: 10, publish: 20, joinleave: 8, rename: 2 };

/** Numbers that are the same for the same seed, from 0 to 1. */
export function random(/** @type {number} */ seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Everybody in a call, told of one event after the other in the plainest way. */
export class Model {
  /** @type {Map<number, Person>} in the order in which they came */
  people = new Map();

  /** @param {Person[]} people */
  constructor(people) {
    for (const person of people) this.people.set(person.index, { ...person });
  }

  /** @param {Event} event */
  apply(event) {
    if ('levels' in event) {
      for (const { index, level, isSpeaking } of event.levels) {
        const person = this.people.get(index);
        if (person) Object.assign(person, { level, isSpeaking });
      }
    }
    switch (event.kind) {
      case 'dominant':
        for (const person of this.people.values()) person.isDominant = person.index === event.index;
        break;
      case 'quality':
        for (const { index, quality } of event.qualities) {
          const person = this.people.get(index);
          if (person) person.quality = quality;
        }
        break;
      case 'leave':
        this.people.delete(event.person.index);
        break;
      case 'publish':
      case 'join':
      case 'rename':
        this.people.set(event.person.index, { ...event.person });
    }
  }

  /** @param {Order} order */
  sorted(order) {
    const people = [...this.people.values()];
    return order === 'speakers' ? people.sort(compare) : people;
  }
}

/**
 * How a list is ordered: as it is shown to somebody who wants to see who speaks, or as they came.
 *
 * @typedef {'speakers' | 'came'} Order
 */
/** @param {Person} a @param {Person} b */
function compare(a, b) {
  return (
    Number(b.isDominant) - Number(a.isDominant) ||
    Number(b.isSpeaking) - Number(a.isSpeaking) ||
    Number(b.video) - Number(a.video) ||
    Number(b.audio) - Number(a.audio) ||
    (a.name < b.name ? -1 : 1)
  );
}

/** A call, and what happens in it. */
export class Script {
  #random;
  #model;
  #speakers = new Set();
  #dominant = -1;
  /** Indices of those in the call, to draw from. */
  #present;
  #next;

  /** @param {number} count @param {number} seed */
  constructor(count, seed) {
    this.#random = random(seed);
    this.people = Array.from({ length: count }, (_, index) => this.#person(index));
    this.#model = new Model(this.people);
    this.#present = this.people.map(({ index }) => index);
    this.#next = count;
  }

  /** @param {Workload} workload @param {number} count @returns {Event[]} */
  events(workload, count) {
    return Array.from({ length: count }, () => {
      const event = this.#event(workload);
      this.#model.apply(event);
      return event;
    });
  }

  /** @param {Workload} workload @returns {Event} */
  #event(workload) {
    switch (workload) {
      case 'levels':
        return { kind: 'levels', levels: this.#levels() };
      case 'dominant':
        return this.#newDominant();
      case 'quality':
        return {
          kind: 'quality',
          qualities: this.#some(QUALITIES).map((index) => ({ index, quality: 1 + this.#below(3) })),
        };
      case 'publish': {
        const person = this.#anybody();
        const track = this.#below(2) === 0 ? 'audio' : 'video';
        const isOn = !person[track];
        return { kind: 'publish', track, isOn, person: { ...person, [track]: isOn } };
      }
      case 'joinleave':
        return this.#random() < 0.5 && this.#present.length > SPEAKERS
          ? this.#leave()
          : this.#join();
      case 'growth':
        return this.#join();
      case 'rename': {
        const person = this.#anybody();
        return { kind: 'rename', person: { ...person, name: this.#name(person.index) } };
      }
      case 'mix': {
        let percent = this.#random() * 100;
        for (const [kind, share] of Object.entries(MIX)) {
          percent -= share;
          if (percent < 0) return this.#event(/** @type {Workload} */ (kind));
        }
        return this.#event('rename');
      }
    }
  }

  #levels() {
    const levels = new Map();
    for (const index of this.#speakers) {
      if (this.#random() < 0.3) this.#speakers.delete(index);
      levels.set(index, this.#speakers.has(index));
    }
    for (const index of this.#some(LEVELS)) {
      if (levels.size >= LEVELS) break;
      if (levels.has(index) || index === this.#dominant) continue;
      const isSpeaking = this.#speakers.size < SPEAKERS;
      if (isSpeaking) this.#speakers.add(index);
      levels.set(index, isSpeaking);
    }
    return [...levels].map(([index, isSpeaking]) => {
      // What a 32-bit float holds exactly. The dominant speaker stays the loudest.
      const level = (isSpeaking ? 200 + this.#below(700) : this.#below(100)) / 1024;
      return { index, level, isSpeaking };
    });
  }

  /** @returns {Event} */
  #newDominant() {
    /** @type {Level[]} */
    const levels = [];
    const before = this.#dominant;
    if (before >= 0) {
      this.#speakers.delete(before);
      levels.push({ index: before, level: this.#below(100) / 1024, isSpeaking: false });
    }
    let { index } = this.#anybody();
    while (index === before) ({ index } = this.#anybody());
    this.#speakers.delete(index);
    this.#dominant = index;
    levels.push({ index, level: (950 + this.#below(70)) / 1024, isSpeaking: true });
    return { kind: 'dominant', index, levels };
  }

  /** @returns {Event} */
  #join() {
    const person = this.#person(this.#next++);
    this.#present.push(person.index);
    return { kind: 'join', person };
  }

  /** @returns {Event} */
  #leave() {
    // Whoever speaks stays: the peer would go on naming them as its active speakers.
    let at = this.#below(this.#present.length);
    while (this.#speakers.has(this.#present[at]) || this.#present[at] === this.#dominant) {
      at = this.#below(this.#present.length);
    }
    const [index] = this.#present.splice(at, 1);
    return { kind: 'leave', person: this.#known(index) };
  }

  /** @param {number} index @returns {Person} */
  #person(index) {
    return {
      index,
      sessionId: this.#uuid(),
      sid: `PA_${this.#text(12)}`,
      userId: `user-${index}`,
      name: this.#name(index),
      image: `https://images.example/${index}.jpg`,
      joinedAt: 1_900_000_000 + index,
      level: 0,
      isSpeaking: false,
      isDominant: false,
      quality: 3,
      audio: this.#random() < 0.4,
      video: this.#random() < 0.4,
    };
  }

  /** @param {number} index unique names make an order of them unique */
  #name(index) {
    return `${NAMES[this.#below(NAMES.length)]} ${String(index).padStart(5, '0')}`;
  }

  #anybody() {
    return this.#known(this.#present[this.#below(this.#present.length)]);
  }

  /** @param {number} index */
  #known(index) {
    const person = this.#model.people.get(index);
    if (!person) throw new Error('nobody is there');
    return person;
  }

  /** @param {number} count */
  #some(count) {
    const some = new Set();
    while (some.size < Math.min(count, this.#present.length)) {
      some.add(this.#present[this.#below(this.#present.length)]);
    }
    return [...some];
  }

  /** @param {number} limit */
  #below(limit) {
    return Math.floor(this.#random() * limit);
  }

  #uuid() {
    const hex = () => this.#below(16).toString(16);
    return 'xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx'.replaceAll('x', hex);
  }

  /** @param {number} length */
  #text(length) {
    return Array.from({ length }, () => this.#below(36).toString(36)).join('');
  }
}

const NAMES = [
  'Ada',
  'Béla',
  'Chidi',
  'Dana',
  'Emeka',
  'Fatima',
  'Grace',
  'Hélène',
  'Ines',
  'Jörg',
];

/** Folds what a reader read into one number. */
export class Checksum {
  value = 0x811c9dc5;
  #indices;

  /** @param {Map<string, number>} indices by session id */
  constructor(indices) {
    this.#indices = indices;
  }

  /**
   * @param {string} sessionId
   * @param {string} name
   * @param {number} level
   * @param {boolean} isSpeaking
   * @param {number} quality
   * @param {boolean} audio
   * @param {boolean} video
   */
  add(sessionId, name, level, isSpeaking, quality, audio, video) {
    const index = this.#indices.get(sessionId) ?? -1;
    const flags = (isSpeaking ? 1 : 0) | (audio ? 2 : 0) | (video ? 4 : 0) | (quality << 3);
    const text = name.charCodeAt(0) ^ (name.length << 8);
    let value = Math.imul(this.value ^ index, 0x01000193);
    value = Math.imul(value ^ (Math.round(level * 1024) | (flags << 12)), 0x01000193);
    this.value = Math.imul(value ^ text, 0x01000193);
  }
}
