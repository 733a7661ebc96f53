// The algorithm of the state engine in plain JavaScript, over the same bytes: people in slots that are found
// by the bytes of their session id, an event marks what it changed, the order is kept by keys, and an object
// is made again only for somebody who changed and is read. What it gains on the peer is the algorithm's doing,
// what ours gains on it is the compiled code's.
//
// JavaScript, because that is the point of it. It is no SDK: it knows no peer connections, no errors, no
// statistics, and no message but those of the bench.
import { open } from './doors.js';
import { frames, joinResponse } from './our-frames.js';
import { Reader } from './protobuf.js';

const UTF8 = new TextDecoder();
/** What a slot keeps as bits; those of the order are its key, the smaller first. */
const [DOMINANT, SPEAKING, VIDEO, AUDIO] = [8, 4, 2, 1];
const TRACKS = [0, AUDIO, VIDEO];

/** Slots by the bytes of their session ids. */
class Index {
  #slots = new Int32Array(64).fill(-1);
  #used = 0;
  /** @type {Uint8Array[]} by slot */
  #ids = [];

  /** @param {Uint8Array} bytes @param {number} start @param {number} end */
  find(bytes, start, end) {
    const slot = this.#slots[this.#place(bytes, start, end)];
    return slot === undefined ? -1 : slot;
  }

  /** @param {number} slot @param {Uint8Array} id */
  add(slot, id) {
    this.#ids[slot] = id;
    this.#used += 1;
    if (4 * this.#used > 3 * this.#slots.length) this.#grow();
    this.#insert(slot);
  }

  /** @param {number} slot */
  remove(slot) {
    const id = this.#ids[slot];
    let hole = this.#place(id, 0, id.length);
    this.#used -= 1;
    this.#slots[hole] = -1;
    const mask = this.#slots.length - 1;
    // Those behind it that would not be found past the hole move into it.
    for (let at = (hole + 1) & mask; this.#slots[at] >= 0; at = (at + 1) & mask) {
      const moved = this.#slots[at];
      const home = hash(this.#ids[moved], 0, this.#ids[moved].length) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#slots[hole] = moved;
      this.#slots[at] = -1;
      hole = at;
    }
  }

  /** Where it is, or would be. @param {Uint8Array} bytes @param {number} start @param {number} end */
  #place(bytes, start, end) {
    const mask = this.#slots.length - 1;
    let at = hash(bytes, start, end) & mask;
    while (this.#slots[at] >= 0 && !equal(this.#ids[this.#slots[at]], bytes, start, end)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  #grow() {
    const slots = this.#slots;
    this.#slots = new Int32Array(2 * slots.length).fill(-1);
    slots.forEach((slot) => slot >= 0 && this.#insert(slot));
  }

  /** @param {number} slot */
  #insert(slot) {
    const id = this.#ids[slot];
    this.#slots[this.#place(id, 0, id.length)] = slot;
  }
}

/** @param {Uint8Array} bytes @param {number} start @param {number} end */
function hash(bytes, start, end) {
  let value = 0x811c9dc5;
  for (let at = start; at < end; at += 1) value = Math.imul(value ^ bytes[at], 0x01000193);
  return value ^ (value >>> 15);
}

/** @param {Uint8Array} id @param {Uint8Array} bytes @param {number} start @param {number} end */
function equal(id, bytes, start, end) {
  if (id.length !== end - start) return false;
  for (let at = 0; at < id.length; at += 1) if (id[at] !== bytes[start + at]) return false;
  return true;
}

/** Everybody in the call. */
class State {
  #index = new Index();
  /** Of those who left. */
  #free = /** @type {number[]} */ ([]);
  // By slot; what events change many times a second is packed.
  #levels = new Float32Array(64);
  #flags = new Uint8Array(64);
  #qualities = new Uint8Array(64);
  #isDirty = new Uint8Array(64);
  /** What changes rarely. @type {{ sessionId: string, userId: string, name: string, image: string, roles: string[], joinedAt: Date, prefix: string }[]} */
  #cold = [];
  /** What was shown last. @type {any[]} */
  #objects = [];
  /** Slots in order. @type {number[]} */
  #order = [];
  #dominant = -1;

  /** @param {Uint8Array} bytes one frame */
  take(bytes) {
    const event = new Reader(bytes);
    if (!event.next()) return;
    const { field } = event;
    const stop = event.stop();
    const inside = new Reader(bytes, event.at, stop);
    if (field === 3 || field === 4) this.#takeList(inside, field === 4);
    else if (field === 10 || field === 24) this.#takeParticipant(inside, 2);
    else if (field === 11) this.#takeLeft(inside);
    else if (field === 12) this.#takeDominant(inside);
    else if (field === 13) this.#takeSnapshot(inside);
    else if (field === 16) this.#takeParticipant(inside, 4);
    else if (field === 17) this.#takeParticipant(inside, 5);
  }

  /** Levels or qualities. @param {Reader} list @param {boolean} levels */
  #takeList(list, levels) {
    while (list.next()) {
      const { end } = list;
      list.end = list.stop();
      let slot = -1;
      let level = 0;
      let isSpeaking = false;
      let quality = 0;
      while (list.next()) {
        if (list.field === 2) {
          const stop = list.stop();
          slot = this.#index.find(list.bytes, list.at, stop);
          list.at = stop;
        } else if (list.field === 3 && levels) level = list.float();
        else if (list.field === 3) quality = list.varint();
        else if (list.field === 4) isSpeaking = list.varint() !== 0;
        else list.skip();
      }
      list.end = end;
      if (slot < 0) continue;
      this.#isDirty[slot] = 1;
      if (!levels) this.#qualities[slot] = quality;
      else {
        this.#levels[slot] = level;
        const flags = this.#flags[slot];
        this.#setFlags(slot, isSpeaking ? flags | SPEAKING : flags & ~SPEAKING);
      }
    }
  }

  /** @param {Reader} event */
  #takeDominant(event) {
    while (event.next()) {
      if (event.field !== 2) {
        event.skip();
        continue;
      }
      const end = event.stop();
      const slot = this.#index.find(event.bytes, event.at, end);
      event.at = end;
      const before = this.#dominant;
      if (before >= 0) this.#setFlags(before, this.#flags[before] & ~DOMINANT);
      if (slot >= 0) this.#setFlags(slot, this.#flags[slot] | DOMINANT);
      this.#dominant = slot;
    }
  }

  /** @param {Reader} response */
  #takeSnapshot(response) {
    while (response.next()) {
      if (response.field !== 1) {
        response.skip();
        continue;
      }
      const stop = response.stop();
      this.#takeParticipant(new Reader(response.bytes, response.at, stop), 1);
      response.at = stop;
    }
  }

  /** @param {Reader} event */
  #takeLeft(event) {
    while (event.next()) {
      const stop = event.stop();
      if (event.field === 2) {
        const { slot } = this.#fields(event.bytes, event.at, stop);
        if (slot >= 0) this.#remove(slot);
      }
      event.at = stop;
    }
  }

  /** Everybody in fields of that number. @param {Reader} event @param {number} field */
  #takeParticipant(event, field) {
    while (event.next()) {
      if (event.field !== field) {
        event.skip();
        continue;
      }
      const stop = event.stop();
      this.#upsert(event.bytes, event.at, stop);
      event.at = stop;
    }
  }

  /** Reads a participant. @param {Uint8Array} bytes @param {number} start @param {number} end */
  #fields(bytes, start, end) {
    const reader = new Reader(bytes, start, end);
    const read = { slot: -1, id: bytes, flags: 0, quality: 0, level: 0, seconds: 0 };
    const cold = {
      userId: '',
      name: '',
      image: '',
      prefix: '',
      roles: /** @type {string[]} */ ([]),
    };
    while (reader.next()) {
      const { field } = reader;
      if (field === 2) {
        const stop = reader.stop();
        read.id = bytes.subarray(reader.at, stop);
        read.slot = this.#index.find(bytes, reader.at, stop);
        reader.at = stop;
      } else if (field === 3) {
        const stop = reader.stop();
        while (reader.at < stop) read.flags |= TRACKS[reader.varint()];
      } else if (field === 4) {
        const stop = reader.stop();
        reader.varint();
        read.seconds = reader.varint();
        reader.at = stop;
      } else if (field === 6) read.quality = reader.varint();
      else if (field === 7) read.flags |= reader.varint() ? SPEAKING : 0;
      else if (field === 8) read.flags |= reader.varint() ? DOMINANT : 0;
      else if (field === 9) read.level = reader.float();
      else if (field === 1) cold.userId = reader.text();
      else if (field === 5) cold.prefix = reader.text();
      else if (field === 10) cold.name = reader.text();
      else if (field === 11) cold.image = reader.text();
      else if (field === 13) cold.roles.push(reader.text());
      else reader.skip();
    }
    return { ...read, cold };
  }

  /** @param {Uint8Array} bytes @param {number} start @param {number} end */
  #upsert(bytes, start, end) {
    const {
      slot: known,
      id,
      flags,
      quality,
      level,
      seconds,
      cold,
    } = this.#fields(bytes, start, end);
    const slot = known < 0 ? this.#add(id) : known;
    if (known >= 0) this.#order.splice(this.#place(slot), 1);
    const sessionId = this.#cold[slot]?.sessionId ?? UTF8.decode(id);
    this.#cold[slot] = { sessionId, ...cold, joinedAt: new Date(1000 * seconds) };
    this.#flags[slot] = flags;
    this.#qualities[slot] = quality;
    this.#levels[slot] = level;
    this.#isDirty[slot] = 1;
    if (flags & DOMINANT) this.#dominant = slot;
    this.#order.splice(this.#place(slot), 0, slot);
  }

  /** @param {Uint8Array} id */
  #add(id) {
    const slot = this.#free.pop() ?? this.#cold.length;
    if (slot >= this.#flags.length) {
      this.#levels = grown(this.#levels, new Float32Array(2 * slot));
      this.#flags = grown(this.#flags, new Uint8Array(2 * slot));
      this.#qualities = grown(this.#qualities, new Uint8Array(2 * slot));
      this.#isDirty = grown(this.#isDirty, new Uint8Array(2 * slot));
    }
    this.#index.add(slot, id.slice());
    return slot;
  }

  /** @param {number} slot */
  #remove(slot) {
    this.#order.splice(this.#place(slot), 1);
    this.#index.remove(slot);
    this.#cold[slot] = this.#objects[slot] = undefined;
    this.#free.push(slot);
    if (slot === this.#dominant) this.#dominant = -1;
  }

  /** @param {number} slot @param {number} flags */
  #setFlags(slot, flags) {
    if (flags === this.#flags[slot]) return;
    this.#order.splice(this.#place(slot), 1);
    this.#flags[slot] = flags;
    this.#isDirty[slot] = 1;
    this.#order.splice(this.#place(slot), 0, slot);
  }

  /** Where somebody is in the order, or belongs. @param {number} slot */
  #place(slot) {
    let [low, high] = [0, this.#order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isBefore(this.#order[middle], slot)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @param {number} a @param {number} b */
  #isBefore(a, b) {
    const difference = this.#flags[b] - this.#flags[a];
    return difference === 0 ? this.#cold[a].name < this.#cold[b].name : difference < 0;
  }

  /** The first of them, in order; who did not change is the same object. @param {number} count */
  page(count) {
    const length = Math.min(count, this.#order.length);
    const page = new Array(length);
    for (let at = 0; at < length; at += 1) page[at] = this.#object(this.#order[at]);
    return Object.freeze(page);
  }

  /** @param {number} slot */
  #object(slot) {
    if (!this.#isDirty[slot]) return this.#objects[slot];
    this.#isDirty[slot] = 0;
    const flags = this.#flags[slot];
    const { sessionId, userId, name, image, roles, joinedAt, prefix } = this.#cold[slot];
    return (this.#objects[slot] = Object.freeze({
      ...{ sessionId, userId, name, image, roles, joinedAt, prefix },
      audioLevel: this.#levels[slot],
      isSpeaking: (flags & SPEAKING) !== 0,
      isDominantSpeaker: (flags & DOMINANT) !== 0,
      connectionQuality: this.#qualities[slot],
      audio: (flags & AUDIO) !== 0,
      video: (flags & VIDEO) !== 0,
    }));
  }
}

/** @template {{ set(from: any): void }} T @param {T} from @param {T} to */
function grown(from, to) {
  to.set(from);
  return to;
}

/** @implements {import('./driver.js').Contender} */
export class Twin {
  frames = frames;
  #state = new State();
  #watched = 0;
  #isTold = true;
  /** The page that was read last, until something changes. */
  #page;
  #response;
  #socket;

  /**
   * @param {import('./workload.js').Person[]} people
   * @param {import('./workload.js').Person} own
   */
  async approach(people, own) {
    this.#response = joinResponse(people, own);
    this.#socket = await open(({ data }) => this.#take(new Uint8Array(data)));
  }

  async enter() {
    this.deliver(this.#response);
    this.#response = undefined;
  }

  /** @param {Uint8Array} frame */
  deliver(frame) {
    this.#socket.deliver(frame);
  }

  /** @param {Uint8Array} frame */
  #take(frame) {
    this.#state.take(frame);
    this.#page = undefined;
    if (this.#watched === 0 || !this.#isTold) return;
    this.#isTold = false;
    queueMicrotask(() => {
      this.#isTold = true;
      this.#page ??= this.#state.page(this.#watched);
    });
  }

  /** @param {number} count */
  watch(count) {
    this.#watched = count;
  }

  /** @param {number} count @param {import('./workload.js').Checksum} sum */
  read(count, sum) {
    const page =
      count === this.#watched ? (this.#page ??= this.#state.page(count)) : this.#state.page(count);
    for (const p of page) {
      const { sessionId, name, audioLevel, isSpeaking, connectionQuality, audio, video } = p;
      sum.add(sessionId, name, audioLevel, isSpeaking, connectionQuality, audio, video);
    }
  }

  wasmBytes() {
    return 0;
  }
}
