// What an SFU of our protocol says of an event, as bytes. JavaScript, because it runs in the bench's page.
import { Reader, Writer } from './protobuf.js';

/** @typedef {import('./workload.js').Person} Person */
/** @typedef {import('./workload.js').Event} Event */

const CALL = 'default:bench';
/** Numbers of the fields of SfuEvent. */
const EVENT = {
  quality: 3,
  levels: 4,
  joined: 10,
  left: 11,
  dominant: 12,
  joinResponse: 13,
  healthCheck: 14,
  published: 16,
  unpublished: 17,
  updated: 24,
};
const TRACKS = { audio: 1, video: 2 };
const USER_MUTED = 1;

/**
 * The frames of one event. Who becomes the dominant speaker is louder from then on, which is a frame of its
 * own here.
 *
 * @param {Event} event
 * @param {(index: number) => Person} known
 */
export function frames(event, known) {
  switch (event.kind) {
    case 'levels':
      return [levels(event.levels, known)];
    case 'dominant': {
      const { userId, sessionId } = known(event.index);
      const dominant = new Writer().text(1, userId).text(2, sessionId);
      return [levels(event.levels, known), frame(EVENT.dominant, dominant)];
    }
    case 'quality': {
      const changed = new Writer();
      for (const { index, quality } of event.qualities) {
        const { userId, sessionId } = known(index);
        changed.message(1, new Writer().text(1, userId).text(2, sessionId).number(3, quality));
      }
      return [frame(EVENT.quality, changed)];
    }
    case 'publish': {
      const { person, track, isOn } = event;
      const changed = new Writer().text(1, person.userId).text(2, person.sessionId);
      changed.number(3, TRACKS[track]);
      if (isOn) return [frame(EVENT.published, changed.message(4, participant(person)))];
      changed.number(4, USER_MUTED).message(5, participant(person));
      return [frame(EVENT.unpublished, changed)];
    }
    case 'join':
      return [frame(EVENT.joined, about(event.person))];
    case 'leave':
      return [frame(EVENT.left, about(event.person))];
    case 'rename':
      return [frame(EVENT.updated, about(event.person))];
  }
}

/** @param {Person[]} people @param {Person} own */
export function joinResponse(people, own) {
  const state = new Writer();
  for (const person of [...people, own]) state.message(1, participant(person));
  state.message(2, new Writer().number(1, 1_900_000_000));
  state.message(3, new Writer().number(1, people.length + 1));
  const response = new Writer().message(1, state).number(3, 15);
  for (const track of [1, 2, 3, 4]) {
    const codec = new Writer().text(10, track % 3 === 1 ? 'opus' : 'vp8');
    const option = new Writer().number(1, track).message(2, codec).number(3, 1_000_000);
    option.number(4, 30).number(5, 1).number(6, 1).number(8, track);
    response.message(4, option);
  }
  return frame(EVENT.joinResponse, response);
}

/** @param {number} total */
export function healthCheck(total) {
  return frame(EVENT.healthCheck, new Writer().message(1, new Writer().number(1, total)));
}

/** The session id in a join request; nothing if it is another request. @param {Uint8Array} request */
export function sessionOf(request) {
  const reader = new Reader(request);
  if (!reader.next() || reader.field !== 1) return undefined;
  const stop = reader.stop();
  const join = new Reader(request, reader.at, stop);
  while (join.next()) {
    if (join.field === 2) return join.text();
    join.skip();
  }
  return undefined;
}

/** @param {import('./workload.js').Level[]} changed @param {(index: number) => Person} known */
function levels(changed, known) {
  const list = new Writer();
  for (const { index, level, isSpeaking } of changed) {
    const { userId, sessionId } = known(index);
    const entry = new Writer().text(1, userId).text(2, sessionId).float(3, level);
    list.message(1, isSpeaking ? entry.number(4, true) : entry);
  }
  return frame(EVENT.levels, list);
}

/** @param {Person} person */
function about(person) {
  return new Writer().text(1, CALL).message(2, participant(person));
}

/** @param {Person} person */
function participant(person) {
  const message = new Writer().text(1, person.userId).text(2, person.sessionId);
  const tracks = [];
  if (person.audio) tracks.push(TRACKS.audio);
  if (person.video) tracks.push(TRACKS.video);
  if (tracks.length > 0) message.bytes(3, Uint8Array.from(tracks));
  message.message(4, new Writer().number(1, person.joinedAt));
  message.text(5, person.sid.slice(3)).number(6, person.quality);
  if (person.isSpeaking) message.number(7, true);
  if (person.isDominant) message.number(8, true);
  if (person.level !== 0) message.float(9, person.level);
  return message.text(10, person.name).text(11, person.image).text(13, 'user');
}

/** @param {number} field @param {Writer} message */
function frame(field, message) {
  return new Writer().message(field, message).finish();
}
