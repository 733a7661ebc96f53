// The built package, joined by its public API in the played network, and an app that reads it. JavaScript,
// because it is what an app would be.
import * as trunkline from 'trunkline';

import { answerWith, serve } from './doors.js';
import { frames, healthCheck, joinResponse, sessionOf } from './our-frames.js';

const AUDIO = trunkline.SfuModels.TrackType.AUDIO;
const VIDEO = trunkline.SfuModels.TrackType.VIDEO;

/** @type {WebAssembly.Memory | undefined} */
let memory;
const { instantiate } = WebAssembly;
WebAssembly.instantiate = async (...args) => {
  const made = await instantiate.call(WebAssembly, ...args);
  memory = (made.instance ?? made).exports.memory;
  return made;
};

/** @implements {import('./driver.js').Contender} */
export class Ours {
  frames = frames;
  #order;
  #call;
  #socket;
  #response;

  /** @param {import('./workload.js').Order} order */
  constructor(order) {
    this.#order = order;
  }

  /**
   * Everything up to the join response, which is held back.
   *
   * @param {import('./workload.js').Person[]} people
   * @param {import('./workload.js').Person} own
   */
  async approach(people, own) {
    const knocked = new Promise((resolve) => {
      serve('coordinator', {
        onMessage: (socket) => {
          const me = { id: own.userId, name: own.name, role: 'user', custom: {}, teams: [] };
          const ok = { type: 'connection.ok', connection_id: 'bench', me };
          socket.deliver(JSON.stringify(ok));
        },
      });
      serve('sfu', {
        onMessage: (socket, data) => {
          const sessionId = sessionOf(new Uint8Array(data));
          if (!sessionId) return socket.deliver(healthCheck(people.length + 1));
          own.sessionId = sessionId;
          this.#socket = socket;
          this.#response = joinResponse(people, own);
          resolve(undefined);
        },
      });
    });
    answerWith(answer);
    await trunkline.init();
    const client = await trunkline.Client.connect({
      apiKey: 'bench',
      user: { id: own.userId, name: own.name },
      token: token(own.userId),
      options: { baseURL: 'http://coordinator.test/video', location: 'LCL', logger: () => {} },
    });
    this.#call = client.call('default', 'bench');
    if (this.#order === 'speakers') {
      const { combineComparators, dominantSpeaker, speaking, publishingVideo } = trunkline;
      const { publishingAudio, name } = trunkline;
      this.#call.state.setSortParticipantsBy(
        combineComparators(dominantSpeaker, speaking, publishingVideo, publishingAudio, name),
      );
    }
    await Promise.all([this.#call.camera.disable(), this.#call.microphone.disable()]);
    this.joined = this.#call.join();
    await knocked;
  }

  /** Lets the join response in. */
  enter() {
    this.#socket.deliver(this.#response);
    this.#response = undefined;
    return this.joined;
  }

  /** @param {Uint8Array} frame */
  deliver(frame) {
    this.#socket.deliver(frame);
  }

  /** Subscribes as an app does that shows the first of them. @param {number} count */
  watch(count) {
    const { state } = this.#call;
    const people = count === Infinity ? state.participants$ : state.participantsRange$(0, count);
    people.subscribe(() => {});
  }

  /** @param {number} count @param {import('./workload.js').Checksum} sum */
  read(count, sum) {
    for (const p of this.#list(count)) {
      const { publishedTracks: tracks } = p;
      const [audio, video] = [tracks.includes(AUDIO), tracks.includes(VIDEO)];
      const { sessionId, name, audioLevel, isSpeaking, connectionQuality } = p;
      sum.add(sessionId, name, audioLevel, isSpeaking, connectionQuality, audio, video);
    }
  }

  /** @param {number} count */
  #list(count) {
    const { state } = this.#call;
    return count === Infinity ? state.participants : state.participantsRange(0, count);
  }

  /** Bytes of the module's memory. */
  wasmBytes() {
    return memory?.buffer.byteLength ?? 0;
  }
}

/** @param {Request} request */
function answer(request) {
  if (!new URL(request.url).pathname.endsWith('/join')) return {};
  const user = { id: 'user-own', name: 'Own', role: 'user', custom: {}, teams: [] };
  const time = '2026-01-01T00:00:00Z';
  const call = {
    ...{ type: 'default', id: 'bench', cid: 'default:bench', custom: {}, backstage: false },
    ...{ created_at: time, updated_at: time, created_by: user, egress: {}, recording: false },
  };
  return {
    ...{ call, members: [], own_capabilities: ['send-audio', 'send-video'], created: false },
    duration: '1ms',
    credentials: {
      server: { edge_name: 'edge', url: 'http://sfu.test/twirp', ws_endpoint: 'ws://sfu.test/ws' },
      token: 'token',
      ice_servers: [],
    },
    stats_options: { enable_rtc_stats: false, reporting_interval_ms: 0 },
  };
}

/** @param {string} userId */
function token(userId) {
  const part = (/** @type {object} */ json) => btoa(JSON.stringify(json)).replaceAll('=', '');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ user_id: userId })}.c2lnbmF0dXJl`;
}
