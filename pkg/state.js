/**
 * What apps see of a call and of a client. Types and documentation: `types/call-state.d.ts` and
 * `types/client.d.ts`.
 *
 * The core keeps the state and says which parts changed; the values are made here when they are
 * first read, and kept until they change.
 */
import { Cell, defineFields, sameItems } from './observable.js';
import { hasScreenShare, isPinned } from './participants.js';

/** The parts of a call's state, in the order of `Slice` of the core. */
export const SLICES = [
  'callingState',
  'members',
  'custom',
  'settings',
  'ownCapabilities',
  'createdBy',
  'createdAt',
  'updatedAt',
  'startsAt',
  'endedAt',
  'endedBy',
  'startedAt',
  'backstage',
  'team',
  'session',
  'participants',
  'participantCount',
  'anonymousParticipantCount',
  'blockedUserIds',
  'recording',
  'transcribing',
  'captioning',
  'egress',
  'ingress',
  'thumbnails',
  'e2eeEnabled',
  'watching',
  'camera',
  'microphone',
  'screenShare',
];

const CALLING_STATE = SLICES.indexOf('callingState');
const PARTICIPANTS = SLICES.indexOf('participants');

const DATES = new Set(['createdAt', 'updatedAt', 'startsAt', 'endedAt', 'startedAt']);

/** What follows from the participants. */
const DERIVED = {
  localParticipant: (all) => all.find((p) => p.isLocalParticipant),
  remoteParticipants: (all, before) => select(all, (p) => !p.isLocalParticipant, before),
  pinnedParticipants: (all, before) => select(all, isPinned, before),
  dominantSpeaker: (all) => all.find((p) => p.isDominantSpeaker),
  hasOngoingScreenShare: (all) => all.some(hasScreenShare),
};

export class CallState {
  #cells;
  #find;

  static {
    const devices = ['camera', 'microphone', 'screenShare'];
    const names = SLICES.filter((name) => !devices.includes(name));
    defineFields(this, [...names, ...Object.keys(DERIVED)], (state) => state.#cells);
  }

  constructor(cells, find) {
    this.#cells = cells;
    this.#find = find;
  }

  findParticipantBySessionId(sessionId) {
    return this.#find(sessionId);
  }
}

/** Keeps the values of {@link CallState} in step with the core. */
export class CallStore {
  #port;
  #cells = {};
  #dirty = new Set();
  #transitions = [];
  /** Participants by session id, without those that changed since they were read. */
  #people = new Map();
  #frame;
  #failed;

  /** @type {CallState} */
  state;

  /**
   * @param {{ read, participant }} port reads from the core: slices by their place in {@link
   * SLICES}, of which `participants` are session ids, and participants one by one
   */
  constructor(port) {
    this.#port = port;
    SLICES.forEach((name, slice) => {
      this.#cells[name] = new Cell(() => toValue(name, port.read(slice)));
    });
    this.#cells.callingState = new Cell(() => this.#failed ?? port.read(CALLING_STATE));
    const participants = new Cell((before = EMPTY) => this.#readParticipants(before));
    this.#cells.participants = participants;
    for (const name in DERIVED) this.#cells[name] = participants.derive(DERIVED[name]);

    this.state = new CallState(this.#cells, (sessionId) => {
      // Reading the list brings the map up to date.
      void participants.value;
      return this.#people.get(sessionId);
    });
  }

  /** The cell of a slice that {@link CallState} does not show. */
  cell(name) {
    return this.#cells[name];
  }

  /** A slice changed. */
  mark(slice) {
    this.#cells[SLICES[slice]].markStale(this.#dirty);
  }

  /** A participant changed. */
  markParticipant(sessionId) {
    this.#people.delete(sessionId);
    this.#cells.participants.markStale(this.#dirty);
  }

  /**
   * A participant changed in what changes many times a second. Getters show it at once, watchers
   * hear of it with the next frame, unless something else about the participants tells them before.
   */
  markLevel(sessionId) {
    this.#people.delete(sessionId);
    const stale = new Set();
    this.#cells.participants.markStale(stale);
    this.#frame ??= nextFrame(() => {
      this.#frame = undefined;
      for (const cell of stale) cell.notifyCurrent();
    });
  }

  /** The calling state became `to`. Unlike other slices it shows every value it went through. */
  markTransition(to) {
    this.#cells.callingState.markStale(new Set());
    this.#transitions.push(to);
  }

  /** Tells the watchers of everything that was marked. */
  flush() {
    while (this.#transitions.length > 0) {
      this.#cells.callingState.notify(this.#transitions.shift());
    }
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const cell of dirty) cell.notifyCurrent();
  }

  /** The core has stopped for good: a call that was going on is lost. */
  fail() {
    if (['idle', 'left'].includes(this.#cells.callingState.value)) return;
    this.#failed = 'reconnecting-failed';
    this.markTransition(this.#failed);
    // After the core's last breath, as watchers may call anything.
    queueMicrotask(() => this.flush());
  }

  #readParticipants(before) {
    const people = new Map();
    for (const sessionId of this.#port.read(PARTICIPANTS)) {
      people.set(sessionId, this.#people.get(sessionId) ?? this.#port.participant(sessionId));
    }
    this.#people = people;
    return unlessSame([...people.values()], before);
  }
}

/** The fields of a client's state, in the order in which the core names them. */
const CLIENT_FIELDS = ['connectedUser', 'calls'];

export class ClientState {
  #cells;

  static {
    defineFields(this, CLIENT_FIELDS, (state) => state.#cells);
  }

  constructor(cells) {
    this.#cells = cells;
  }
}

/** Keeps the values of {@link ClientState} in step with the core. */
export class ClientStore {
  #cells;
  #dirty = new Set();

  /** @type {ClientState} */
  state;

  /** @param {{ connectedUser, calls }} port reads from the core */
  constructor(port) {
    this.#cells = {
      connectedUser: new Cell(() => port.connectedUser()),
      calls: new Cell((before = EMPTY) => unlessSame(port.calls(), before)),
    };
    this.state = new ClientState(this.#cells);
  }

  /** A field changed, given by its place in {@link CLIENT_FIELDS}. */
  mark(place) {
    this.#cells[CLIENT_FIELDS[place]].markStale(this.#dirty);
  }

  /** Tells the watchers of everything that was marked. */
  flush() {
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    for (const cell of dirty) cell.notifyCurrent();
  }
}

const EMPTY = Object.freeze([]);

/** How long a frame may take to come, in ms; a hidden page has none. */
const FRAME_LIMIT = 200;

function toValue(name, raw) {
  if (DATES.has(name)) return raw === undefined ? undefined : new Date(raw);
  return Array.isArray(raw) ? Object.freeze(raw) : raw;
}

function select(all, test, before = EMPTY) {
  return unlessSame(all.filter(test), before);
}

function unlessSame(list, before) {
  return sameItems(list, before) ? before : Object.freeze(list);
}

/** Runs `run` once, with the next frame, or soon when there is none. */
function nextFrame(run) {
  const timer = setTimeout(done, FRAME_LIMIT);
  const frame = globalThis.requestAnimationFrame?.(done);
  function done() {
    clearTimeout(timer);
    if (frame !== undefined) cancelAnimationFrame(frame);
    run();
  }
  return true;
}
