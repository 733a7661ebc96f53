// What a server of the peer says of the same event, as bytes, made by the peer's own protocol package.
// JavaScript, because it runs in the bench's page.
import {
  ConnectionQuality,
  ConnectionQualityInfo,
  ConnectionQualityUpdate,
  JoinResponse,
  ParticipantInfo,
  ParticipantInfo_State,
  ParticipantPermission,
  ParticipantUpdate,
  Room,
  ServerInfo,
  SignalResponse,
  SpeakerInfo,
  SpeakersChanged,
  TrackInfo,
  TrackSource,
  TrackType,
} from '@livekit/protocol';

/** @typedef {import('./workload.js').Person} Person */
/** @typedef {import('./workload.js').Event} Event */

const QUALITIES = [
  ConnectionQuality.LOST,
  ConnectionQuality.POOR,
  ConnectionQuality.GOOD,
  ConnectionQuality.EXCELLENT,
];
/** Of the newest thing said of anybody; what is older than the last is ignored. */
let version = 0;

/**
 * The frame of one event. There is no message for the dominant speaker, who is the loudest of the speakers.
 *
 * @param {Event} event
 * @param {(index: number) => Person} known
 */
export function frames(event, known) {
  switch (event.kind) {
    case 'levels':
    case 'dominant': {
      const speakers = event.levels.map(({ index, level, isSpeaking }) => {
        return new SpeakerInfo({ sid: known(index).sid, level, active: isSpeaking });
      });
      return [frame('speakersChanged', new SpeakersChanged({ speakers }))];
    }
    case 'quality': {
      const updates = event.qualities.map(({ index, quality }) => {
        const participantSid = known(index).sid;
        return new ConnectionQualityInfo({ participantSid, quality: QUALITIES[quality], score: 4 });
      });
      return [frame('connectionQuality', new ConnectionQualityUpdate({ updates }))];
    }
    case 'publish':
    case 'join':
    case 'rename':
      return [update(info(event.person))];
    case 'leave':
      return [update(info(event.person, ParticipantInfo_State.DISCONNECTED))];
  }
}

/** @param {Person[]} people @param {Person} own */
export function joinResponse(people, own) {
  const response = new JoinResponse({
    room: new Room({ sid: 'RM_bench', name: 'bench' }),
    participant: info(own, ParticipantInfo_State.ACTIVE, 0),
    otherParticipants: people.map((person) => info(person, ParticipantInfo_State.ACTIVE, 0)),
    serverVersion: '1.9.0',
    serverInfo: new ServerInfo({ version: '1.9.0', protocol: 16 }),
  });
  return frame('join', response);
}

/** @param {ParticipantInfo} info */
function update(info) {
  return frame('update', new ParticipantUpdate({ participants: [info] }));
}

/** @param {Person} person */
function info(person, state = ParticipantInfo_State.ACTIVE, ofVersion = (version += 1)) {
  const tracks = [];
  if (person.audio) tracks.push(track(person, TrackType.AUDIO, TrackSource.MICROPHONE));
  if (person.video) tracks.push(track(person, TrackType.VIDEO, TrackSource.CAMERA));
  return new ParticipantInfo({
    sid: person.sid,
    identity: person.sessionId,
    name: person.name,
    // What our protocol says in fields of their own.
    metadata: JSON.stringify({ user: person.userId, image: person.image, roles: ['user'] }),
    state,
    tracks,
    joinedAt: BigInt(person.joinedAt),
    version: ofVersion,
    permission: new ParticipantPermission({ canSubscribe: true, canPublish: true }),
    isPublisher: tracks.length > 0,
  });
}

/** @param {Person} person @param {TrackType} type @param {TrackSource} source */
function track(person, type, source) {
  const sid = `TR_${source}${person.sid.slice(3)}`;
  return new TrackInfo({ sid, type, source, name: '', mid: String(source) });
}

/** @param {string} name @param {unknown} value */
function frame(name, value) {
  return new SignalResponse({ message: /** @type {any} */ ({ case: name, value }) }).toBinary();
}
