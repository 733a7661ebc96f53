// livekit-client, joined by its public API in the played network, and an app that reads it. JavaScript,
// because it is what an app would be.
import { ConnectionQuality, Room, RoomEvent, setLogLevel } from 'livekit-client';
import { frames, joinResponse } from 'peer-frames';

import { serve } from './doors.js';

/** What an app that shows people has to hear of. */
const EVENTS = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ActiveSpeakersChanged,
  RoomEvent.ConnectionQualityChanged,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.ParticipantNameChanged,
];
const QUALITIES = {
  [ConnectionQuality.Poor]: 1,
  [ConnectionQuality.Good]: 2,
  [ConnectionQuality.Excellent]: 3,
};
/** Who is louder than this is the dominant speaker of the bench. */
const DOMINANT = 0.9;

/** @implements {import('./driver.js').Contender} */
export class Peer {
  frames = frames;
  #sorts;
  #room = new Room();
  #socket;
  #response;
  /** The sorted list, until something changes. */
  #sorted;

  /** @param {boolean} sorts whether its app sorts, or takes the room's map as it is */
  constructor(sorts) {
    this.#sorts = sorts;
    setLogLevel('silent');
  }

  /**
   * @param {import('./workload.js').Person[]} people
   * @param {import('./workload.js').Person} own
   */
  async approach(people, own) {
    const knocked = new Promise((resolve) => {
      serve('peer', {
        onOpen: (socket) => {
          this.#socket = socket;
          this.#response = joinResponse(people, own);
          resolve(undefined);
        },
      });
    });
    this.joined = this.#room.connect('ws://peer.test', 'token');
    await knocked;
  }

  enter() {
    this.#socket.deliver(this.#response);
    this.#response = undefined;
    return this.joined;
  }

  /** @param {Uint8Array} frame */
  deliver(frame) {
    this.#socket.deliver(frame);
  }

  /** @param {number} _count */
  watch(_count) {
    for (const event of EVENTS) this.#room.on(event, () => (this.#sorted = undefined));
  }

  /** @param {number} count @param {import('./workload.js').Checksum} sum */
  read(count, sum) {
    const people = this.#sorts ? (this.#sorted ??= this.#sort()) : this.#room.remoteParticipants;
    let left = count;
    for (const p of people.values()) {
      if (left-- <= 0) break;
      const quality = QUALITIES[p.connectionQuality] ?? 3;
      const { identity, audioLevel, isSpeaking, isMicrophoneEnabled, isCameraEnabled } = p;
      const name = p.name ?? '';
      sum.add(
        identity,
        name,
        audioLevel,
        isSpeaking,
        quality,
        isMicrophoneEnabled,
        isCameraEnabled,
      );
    }
  }

  /** Sorts all of them, as the list of the peer's component library does at every change. */
  #sort() {
    const [loudest] = this.#room.activeSpeakers;
    const dominant = loudest?.audioLevel > DOMINANT ? loudest : undefined;
    const list = [this.#room.localParticipant, ...this.#room.remoteParticipants.values()];
    return list.sort((a, b) => {
      if (a === dominant || b === dominant) return a === dominant ? -1 : 1;
      if (a.isSpeaking !== b.isSpeaking) return a.isSpeaking ? -1 : 1;
      const [aVideo, bVideo] = [
        a.videoTrackPublications.size > 0,
        b.videoTrackPublications.size > 0,
      ];
      if (aVideo !== bVideo) return aVideo ? -1 : 1;
      const [aAudio, bAudio] = [
        a.audioTrackPublications.size > 0,
        b.audioTrackPublications.size > 0,
      ];
      if (aAudio !== bAudio) return aAudio ? -1 : 1;
      return a.name < b.name ? -1 : 1;
    });
  }

  wasmBytes() {
    return 0;
  }
}
