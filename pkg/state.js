/**
 * What apps see of a call and of a client. Types and documentation: `types/call-state.d.ts` and
 * `types/client.d.ts`.
 *
 * The core keeps the state and says which parts changed; the values are made here when they are
 * first read, and kept until they change.
 */
import { Captions } from './captions.js';
import { runIsolated } from './events.js';
import { Notes } from './notes.js';
import { Cell, State, Store, defineFields, sameItems } from './observable.js';
import { hasScreenShare, isPinned } from './participants.js';
import { checkComparator, compile } from './sorting.js';
import { StatsReporter } from './stats.js';

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
  'rawParticipants',
  'participantCount',
  'anonymousParticipantCount',
  'blockedUserIds',
  'recording',
  'individualRecording',
  'rawRecording',
  'transcribing',
  'captioning',
  'egress',
  'ingress',
  'thumbnails',
  'e2eeEnabled',
  'watching',
  'created',
  'ring',
  'camera',
  'microphone',
  'screenShare',
  'speaker',
];

const CALLING_STATE = SLICES.indexOf('callingState');
const PARTICIPANTS = SLICES.indexOf('rawParticipants');

/** What the classes of calls and devices show instead. */
const HIDDEN = ['ring', 'camera', 'microphone', 'screenShare', 'speaker'];

const DATES = new Set(['createdAt', 'updatedAt', 'startsAt', 'endedAt', 'startedAt']);

/** What follows from the participants. */
const DERIVED = {
  localParticipant: (all) => all.find((p) => p.isLocalParticipant),
  remoteParticipants: (all, before) => select(all, (p) => !p.isLocalParticipant, before),
  pinnedParticipants: (all, before) => select(all, isPinned, before),
  dominantSpeaker: (all) => all.find((p) => p.isDominantSpeaker),
  hasOngoingScreenShare: (all) => all.some(hasScreenShare),
};

export class CallState extends State {
  #store;

  static {
    const shown = SLICES.filter((name) => !HIDDEN.includes(name));
    defineFields(this, [
      ...shown,
      'participants',
      ...Object.keys(DERIVED),
      'closedCaptions',
      'callStatsReport',
    ]);
  }

  constructor(cells, store) {
    super(cells, store.pulse);
    this.#store = store;
  }

  findParticipantBySessionId(sessionId) {
    return this.#store.participant(sessionId);
  }

  getParticipantLookupBySessionId() {
    return Object.fromEntries(this.participants.map((p) => [p.sessionId, p]));
  }

  setSortParticipantsBy(comparator) {
    checkComparator(comparator, 'setSortParticipantsBy');
    this.#store.sortBy(comparator);
  }

  getSortParticipantsBy() {
    return this.#store.comparator;
  }

  updateClosedCaptionSettings({ visibilityDurationMs, maxVisibleCaptions } = {}) {
    this.#store.captions.configure(visibilityDurationMs, maxVisibleCaptions);
  }
}

/** Keeps the values of {@link CallState} in step with the core. */
export class CallStore extends Store {
  #port;
  #transitions = [];
  /** Participants by session id, without those that changed since they were read. */
  #people = new Map();
  #frame;
  #failed;
  comparator;
  /** The app's parts of it, by the numbers by which the core calls them. */
  #functions;
  stats;
  /** Calling states, for a report of a problem. */
  timeline = new Notes();
  /** Why users rejected the call, by user id. */
  #reasons = {};

  captions = new Captions(() => {
    this.markStale('closedCaptions');
    this.flush();
  });

  /** @type {CallState} */
  state;

  /**
   * @param {{ read, participant, sortBy, sortedPlaces, userId }} port reads from the core: slices by
   * their place in {@link SLICES}, of which `rawParticipants` are session ids, participants one by
   * one, and the places in that list in the order in which they are shown
   * @param comparator says in which order participants are shown
   */
  constructor(port, comparator) {
    const cells = {};
    super(cells);
    this.#port = port;
    this.#setOrder(comparator);
    this.stats = new StatsReporter(port, () => this.cells.rawParticipants.value);
    SLICES.forEach((name, slice) => {
      cells[name] = new Cell(() => toValue(name, port.read(slice)));
    });
    cells.callingState = new Cell(() => this.#failed ?? port.read(CALLING_STATE));
    cells.rawParticipants = new Cell((before = EMPTY) => this.#readParticipants(before));
    cells.participants = cells.rawParticipants.derive((raw, before = EMPTY) =>
      this.#sort(raw, before),
    );
    // What comparators of the app see of it before they have made it.
    void cells.participants.value;
    cells.callStatsReport = this.stats.cell;
    for (const name in DERIVED) cells[name] = cells.participants.derive(DERIVED[name]);
    cells.closedCaptions = new Cell(() => Object.freeze(this.captions.shown));

    this.state = new CallState({ ...cells }, this);
    cells.ringing = cells.ring.derive((ring) => ring !== undefined);
    const { ring, session, members, createdBy } = cells;
    cells.ringingState = Cell.from([ring, session, members, createdBy], (...values) =>
      this.#readRing(...values),
    );
  }

  /** The participant with that session. */
  participant(sessionId) {
    // Reading the list brings the map up to date.
    void this.cells.rawParticipants.value;
    return this.#people.get(sessionId);
  }

  /** An event of the call, whose state the core does not keep. */
  take(event) {
    if (event.type === 'call.closed_caption' && event.closed_caption) {
      this.captions.add(event.closed_caption);
    } else if (event.type === 'call.rejected' && event.user) {
      this.#reasons = { ...this.#reasons, [event.user.id]: event.reason };
      this.markStale('ring');
      this.flush();
    } else if (event.type === 'call.left') {
      this.captions.clear();
      this.#reasons = {};
    }
  }

  /** From now on participants are shown in that order. */
  sortBy(comparator) {
    this.#setOrder(comparator);
    this.markStale('participants');
    this.flush();
  }

  #setOrder(comparator) {
    const { numbers, names, functions } = compile(comparator);
    this.comparator = comparator;
    this.#functions = functions;
    this.#port.sortBy(numbers, names);
  }

  /** A slice changed. */
  mark(slice) {
    this.markStale(SLICES[slice]);
  }

  /** A participant changed. */
  markParticipant(sessionId) {
    this.#people.delete(sessionId);
    this.markStale('rawParticipants');
  }

  /**
   * A participant changed in what changes many times a second. Getters show it at once, watchers
   * hear of it with the next frame, unless something else about the participants tells them before.
   */
  markLevel(sessionId) {
    this.#people.delete(sessionId);
    const stale = new Set();
    this.cells.rawParticipants.markStale(stale);
    this.#frame ??= nextFrame(() => {
      this.#frame = undefined;
      this.tell(stale);
    });
  }

  /** The calling state became `to`. Unlike other slices it shows every value it went through. */
  markTransition(to) {
    this.markStale('callingState');
    this.timeline.add({ state: to });
    this.#transitions.push(to);
  }

  /** Tells the watchers of everything that was marked. */
  flush() {
    while (this.#transitions.length > 0) {
      this.cells.callingState.notify(this.#transitions.shift());
    }
    super.flush();
  }

  /** The core has stopped for good: a call that was going on is lost. */
  fail() {
    if (['idle', 'left'].includes(this.cells.callingState.value)) return;
    this.#failed = 'reconnecting-failed';
    this.markTransition(this.#failed);
    // After the core's last breath, as watchers may call anything.
    queueMicrotask(() => this.flush());
  }

  #readParticipants(before) {
    const people = new Map();
    // A core that has stopped for good knows nobody.
    for (const sessionId of this.#port.read(PARTICIPANTS) ?? []) {
      people.set(sessionId, this.#people.get(sessionId) ?? this.#port.participant(sessionId));
    }
    this.#people = people;
    return unlessSame([...people.values()], before);
  }

  #sort(raw, before) {
    const functions = this.#functions;
    // No answer tells the core that it threw.
    const ask = (which, a, b) => {
      let answer;
      runIsolated(() => {
        answer = functions[which](raw[a], raw[b]);
      }, 'comparator of participants');
      return answer;
    };
    const places = this.#port.sortedPlaces(ask);
    return unlessSame(
      Array.from(places, (place) => raw[place]),
      before,
    );
  }

  #readRing(ring, session, members, createdBy, before) {
    if (ring === undefined) return undefined;
    const [outgoing, expiresAt] = ring;
    const acceptedBy = Object.keys(session?.accepted_by ?? {});
    const rejectors = Object.keys(session?.rejected_by ?? {});
    const ringer = outgoing ? this.#port.userId() : createdBy?.id;
    const others = members.map((member) => member.user_id).filter((id) => id !== ringer);
    const ringing = {
      direction: outgoing ? 'outgoing' : 'incoming',
      acceptedBy,
      rejectedBy: rejectors.map((userId) => ({ userId, reason: this.#reasons[userId] })),
      pending: others.filter((id) => !acceptedBy.includes(id) && !rejectors.includes(id)),
      expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
    };
    return JSON.stringify(ringing) === JSON.stringify(before) ? before : Object.freeze(ringing);
  }
}

/** The fields of a client's state, in the order in which the core names them. */
const CLIENT_FIELDS = ['connectedUser', 'calls'];

export class ClientState extends State {
  static {
    defineFields(this, CLIENT_FIELDS);
  }
}

/** Keeps the values of {@link ClientState} in step with the core. */
export class ClientStore extends Store {
  /** @type {ClientState} */
  state;

  /** @param {{ connectedUser, calls }} port reads from the core */
  constructor(port) {
    const cells = {
      connectedUser: new Cell(() => port.connectedUser()),
      calls: new Cell((before = EMPTY) => unlessSame(port.calls(), before)),
    };
    super(cells);
    this.state = new ClientState(cells, this.pulse);
  }

  /** A field changed, given by its place in {@link CLIENT_FIELDS}. */
  mark(place) {
    this.markStale(CLIENT_FIELDS[place]);
  }
}

const EMPTY = Object.freeze([]);

/** How long a frame may take to come, in ms; a hidden page has none. */
const FRAME_LIMIT = 200;

function toValue(name, raw) {
  if (DATES.has(name)) return raw === undefined ? undefined : new Date(raw);
  // A call that was not loaded has nothing of its app, rather than no place for it.
  if (name === 'custom' && raw === undefined) return {};
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
