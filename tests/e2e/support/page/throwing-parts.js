// The steps of a scenario that calls everything that the module imports, in parts that stand alone.

import { readAll } from './throwing-run.js';

/** @typedef {import('./throwing-run.js').Run} Run */

/** All that were opened. @type {WebSocket[]} */
const sockets = [];
globalThis.WebSocket = class extends WebSocket {
  /** @param {[string | URL, (string | string[])?]} args */
  constructor(...args) {
    super(...args);
    sockets.push(this);
  }

  /** @param {[number?, string?]} args */
  close(...args) {
    // As browsers do for codes and reasons that they do not take.
    if (args.length > 1) throw new DOMException('no such code', 'InvalidAccessError');
    super.close(...args);
  }
};

/** Something that the SFU says, on the socket that was opened last. */
function feed(/** @type {number[]} */ message) {
  const data = new Uint8Array(message).buffer;
  sockets.at(-1)?.dispatchEvent(new MessageEvent('message', { data }));
}

/** A candidate for what receives. */
function trickle(/** @type {object} */ candidate) {
  const subscriber = [(1 << 3) | 0, 1];
  return field(5, [...subscriber, ...text(2, JSON.stringify(candidate))]);
}

/**
 * How loud somebody is.
 *
 * @param {string} sessionId
 * @param {number} level
 */
function audioLevel(sessionId, level) {
  const float = new Uint8Array(new Float32Array([level]).buffer);
  return field(4, field(1, [...text(2, sessionId), (3 << 3) | 5, ...float]));
}

function text(/** @type {number} */ number, /** @type {string} */ value) {
  return field(number, [...new TextEncoder().encode(value)]);
}

/** A field of a protobuf message that is shorter than 128 bytes. */
function field(/** @type {number} */ number, /** @type {number[]} */ bytes) {
  return [(number << 3) | 2, bytes.length, ...bytes];
}

/** Code of the app that throws. */
function fail(/** @type {string} */ what) {
  return () => {
    throw new Error(`${what} of the app`);
  };
}

/** What cannot even be described. */
class Nameless {
  get [Symbol.toStringTag]() {
    throw new Error('a name of the app');
  }
}

/** @type {Record<string, (run: Run) => Promise<void>>} */
export const parts = {
  /** Without media. */
  async talk(run) {
    await run.connect();
    const { client, sdk } = run;
    const call = await run.open();
    await run.step('on', () => client.on('all', () => {}));
    await run.step('call.on', () => call.on('call.updated', () => {}));
    await run.step('subscribe', () => call.state.custom$.subscribe(() => {}));
    await run.step('watch', () => call.state.subscribe(() => {}));
    await run.step('select', () =>
      call.state.select(
        (/** @type {any} */ s) => s.custom,
        () => {},
      ),
    );
    const data = { custom: { a: [1, null] }, members: [{ user_id: run.setting.userId }] };
    await run.step('getOrCreate', () => call.getOrCreate({ data, ring: false }));
    await run.step('update', () => call.update({ custom: { b: 2 } }));
    await run.settles(() => call.state.custom.b === 2);
    await run.step('sendCustomEvent', () => call.sendCustomEvent({ x: 1 }));
    await run.step('queryMembers', () => call.queryMembers({ limit: 1 }));
    await run.step('get', () => call.get());
    await run.step('state', () => readAll(call.state));
    await run.step('client state', () => readAll(client.state));
    await run.step('snapshot', () => call.state.snapshot());
    await run.step('comparator', () => {
      call.setSortParticipantsBy(sdk.combineComparators(sdk.speaking, sdk.name, () => 0));
    });
    await run.step('off', () => call.off('call.updated', () => {}));
    const { calls } = (await run.step('queryCalls', () => client.queryCalls({ limit: 2 }))) ?? {};
    await run.step('calls', () => calls?.forEach(readAll));
    await run.wrong('nothing such', () => client.call('nothing', 'such').getOrCreate());
    await run.step('leave', () => call.leave());
    await run.step('disconnectUser', () => client.disconnectUser());
  },

  /** Somebody else's media, seen by somebody without any. */
  async watch(run) {
    await run.connect();
    const call = await run.open(run.setting.callId);
    const { sdk } = run;
    await run.step('camera off', () => call.camera.disable());
    await run.step('microphone off', () => call.microphone.disable());
    const dumb = document.createElement('div');
    document.body.append(dumb);
    /** @type {any[]} */
    const shown = [];
    await run.step('attachAudio', () => call.attachAudio(dumb));
    await run.step('setViewport', () => shown.push(call.setViewport(dumb)));
    await run.step('participants$', () => call.state.participants$.subscribe(() => {}));
    /** @type {any} */
    let reports;
    await run.step('callStatsReport$', () => {
      reports = call.state.callStatsReport$.subscribe(() => {});
    });
    await run.step('stats', () => call.setStatsReportingIntervalInMs(500));
    await run.step('join', () => call.join({ maxJoinRetries: 2 }));
    // What was thrown may leave nobody.
    const other = () => call.state.remoteParticipants[0] ?? { sessionId: 'nobody' };
    await run.settles(() => other().audioStream);
    const video = document.createElement('video');
    const tile = document.createElement('div');
    video.style.cssText = 'width: 320px; height: 240px';
    dumb.append(video, tile);
    const audio = document.createElement('audio');
    await run.step('bindVideo', () => {
      shown.push(call.bindVideoElement(video, other().sessionId, 'videoTrack'));
    });
    await run.step('bindAudio', () => shown.push(call.bindAudioElement(audio, other().sessionId)));
    await run.step('track', () => {
      shown.push(call.trackElementVisibility(tile, other().sessionId, 'videoTrack'));
    });
    await run.settles(() => video.videoWidth > 0);
    await run.step('sizes', () => {
      call.setPreferredIncomingVideoResolution({ width: 64, height: 48 });
      call.setPreferredIncomingVideoResolution(undefined);
      call.setIncomingVideoEnabled(false);
      call.setIncomingVideoEnabled(true);
    });
    await run.step('own order', () => {
      call.setSortParticipantsBy(sdk.combineComparators(sdk.speaking, () => 0));
      void call.state.participants;
    });
    await run.step('pin', () => call.pin(other().sessionId));
    await run.step('volume', () => call.speaker.setParticipantVolume(other().sessionId, 0.5));
    await run.step('speakers', () => call.speaker.setVolume(0.5));
    await run.step('speaker', () => call.speaker.select(''));
    await run.step('resumeAudio', () => call.resumeAudio());
    await run.step('reporting', () => call.startReportingStatsFor(other().sessionId));
    await run.settles(() => call.state.callStatsReport);
    // What flows is looked at without reports, too, but not at once.
    await run.step('unsubscribe', () => reports?.unsubscribe());
    let isMeasured = false;
    const { getStats } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.getStats = function (
      /** @type {MediaStreamTrack | null | undefined} */ track,
    ) {
      isMeasured = true;
      return getStats.call(this, track);
    };
    await run.settles(() => isMeasured);
    RTCPeerConnection.prototype.getStats = getStats;
    await run.step('state', () => readAll(call.state));
    await run.step('participant', () => readAll(other()));
    await run.step('snapshot', () => call.state.snapshot());
    await run.step('can$', () => call.can$?.('send-audio').subscribe(() => {}));
    await run.step('dumpDiagnostics', () => call.dumpDiagnostics());
    await run.step('peers', () => [call.publisher, call.subscriber]);
    await run.step('unbind', () => shown.forEach((end) => end?.()));
    await run.step('candidate', () => {
      feed(trickle({ candidate: '', sdpMid: '0', usernameFragment: '' }));
    });
    // Twice, as the second one is told with a frame that does not come any more.
    for (const level of [0.25, 0.5]) {
      await run.step('level', () => feed(audioLevel(other().sessionId, level)));
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    await run.step('level', () => feed(audioLevel(other().sessionId, 0.75)));
    await run.step('leave', () => call.leave());
    dumb.remove();
  },

  /** One's own media in a call. */
  async publish(run) {
    await run.connect();
    const call = await run.open();
    const { client, sdk } = run;
    await run.step('setSilenceThreshold', () => call.microphone.setSilenceThreshold(100));
    await run.step('track', () => call.state.participants$.subscribe(() => {}));
    const small = { target_resolution: { width: 320, height: 240, bitrate: 500_000 } };
    const data = { settings_override: { video: small } };
    await run.step('join', () => call.join({ create: true, data, maxJoinRetries: 2 }));
    await run.step('camera', () => call.camera.enable());
    await run.step('microphone', () => call.microphone.enable());
    await run.step('screen', () => call.screenShare.enableScreenShareAudio());
    await run.step('screen', () => call.screenShare.enable());
    await run.settles(() => call.state.localParticipant.publishedTracks.length >= 3);
    const { setRemoteDescription } = RTCPeerConnection.prototype;
    RTCPeerConnection.prototype.setRemoteDescription = function () {
      RTCPeerConnection.prototype.setRemoteDescription = setRemoteDescription;
      return Promise.reject(new Error('no such description'));
    };
    await run.step('options', () => call.updatePublishOptions({ preferredBitrate: 300_000 }));
    // Silence is told of only after a while.
    let isHeard = false;
    const { getFloatTimeDomainData } = AnalyserNode.prototype;
    AnalyserNode.prototype.getFloatTimeDomainData = function (/** @type {any} */ samples) {
      isHeard = true;
      getFloatTimeDomainData.call(this, samples);
    };
    await run.settles(() => isHeard);
    AnalyserNode.prototype.getFloatTimeDomainData = getFloatTimeDomainData;
    await run.step('mute', () => call.microphone.disable());
    await run.step('unmute', () => call.microphone.enable());
    await run.step('filter', () => {
      const { registered } = call.camera.registerFilter((/** @type {any} */ input) => ({
        output: input.clone(),
        stop: () => {},
      }));
      return registered;
    });
    await run.step('flip', () => call.camera.flip());
    await run.step('camera off', () => call.camera.disable());
    await run.step('screen off', () => call.screenShare.disable());
    await run.step('publish', async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      await call.publish(stream, sdk.SfuModels.TrackType.VIDEO);
      await call.stopPublish(sdk.SfuModels.TrackType.VIDEO);
      sdk.disposeOfMediaStream(stream);
    });
    RTCPeerConnection.prototype.setRemoteDescription = setRemoteDescription;
    await run.wrong('publish', () => call.publish({}, sdk.SfuModels.TrackType.VIDEO));
    await run.step('dumpDiagnostics', () => call.dumpDiagnostics());
    await run.step('endCall', () => call.endCall());
    await run.settles(() => call.state.callingState === 'left');
    await run.step('disconnectUser', () => client.disconnectUser(500));
  },

  /** Devices without a call. */
  async devices(run) {
    await run.connect({ enableTimerWorker: false });
    const call = await run.open();
    const { sdk } = run;
    for (const list of [sdk.getVideoDevices, sdk.getAudioDevices, sdk.getAudioOutputDevices]) {
      await run.step('list', () => list().subscribe(() => {}));
    }
    await run.step('ids', () => sdk.deviceIds().subscribe(() => {}));
    await run.step('getVideoStream', async () => {
      sdk.disposeOfMediaStream(await sdk.getVideoStream({ width: 320 }));
    });
    await run.step('getAudioStream', async () => {
      const stream = await sdk.getAudioStream();
      let isTold = false;
      const end = sdk.createSoundDetector(
        stream,
        () => {
          isTold = true;
          throw new Error('a detector of the app');
        },
        { detectionFrequencyInMs: 20 },
      );
      await run.settles(() => isTold);
      await end();
      sdk.disposeOfMediaStream(stream);
    });
    await run.step('getScreenShareStream', async () => {
      sdk.disposeOfMediaStream(await sdk.getScreenShareStream());
    });
    const { mediaDevices } = navigator;
    Object.defineProperty(navigator, 'mediaDevices', { value: undefined, configurable: true });
    await run.wrong('no devices', () => sdk.getVideoStream());
    Object.defineProperty(navigator, 'mediaDevices', { value: mediaDevices, configurable: true });
    const { camera, microphone } = call ?? {};
    await run.step('camera state', () => readAll(camera.state));
    await run.step('status$', () => microphone.state.status$.subscribe(() => {}));
    await run.step('setDefaultConstraints', () => camera.setDefaultConstraints({ frameRate: 10 }));
    await run.step('virtual', () => {
      camera.registerVirtualDevice({
        label: 'drawn',
        getUserMedia: async () => {
          const stream = document.createElement('canvas').captureStream(5);
          return { stream, stop: () => {} };
        },
      });
    });
    const cameras = await run.step('devices', () => camera.devices());
    await run.step('virtual', () => camera.select(cameras?.at(-1)?.deviceId));
    await run.step('camera', () => camera.enable());
    await run.step('select', () => camera.select(cameras?.[0]?.deviceId));
    await run.step('camera off', () => camera.disable());
    await run.step('microphone', () => microphone.enable());
    await run.step('muted speaker', () => microphone.enableSpeakingWhileMutedNotification());
    await run.step('threshold', () => microphone.setSilenceThreshold(500));
    await run.step('microphone off', () => microphone.disable());
    await run.step('devicechange', () => {
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    });
    await run.step('settled', () => microphone.statusChangeSettled());
    await run.step('leave', () => call.leave());
  },

  /** What the page itself does, and what apps do wrong. */
  async page(run) {
    const { baseURL } = run.setting;
    const locationHintUrl = new URL('/page/page.js', location.href).href;
    await run.connect({
      location: undefined,
      locationHintUrl,
      logger: undefined,
      logLevel: 'error',
    });
    const { client } = run;
    const call = await run.open();
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    await run.step('hidden', () => document.dispatchEvent(new Event('visibilitychange')));
    await run.step('offline', () => dispatchEvent(new Event('offline')));
    await run.step('online', () => dispatchEvent(new Event('online')));
    await run.step('pagehide', () => {
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
    });
    const signal = AbortSignal.abort('never mind');
    await run.wrong('abort', () => call.join({ create: true, signal }));
    const later = new AbortController();
    await run.wrong('abort later', () => {
      const joined = call.join({ create: true, signal: later.signal });
      later.abort();
      return joined;
    });
    await run.wrong('get', () => call.get({ signal: later.signal }));
    const trap = fail('a trap');
    const odd = new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap });
    const scalars = [new Nameless(), new ArrayBuffer(1)];
    const numbers = scalars.map((maxJoinRetries) => ({ maxJoinRetries }));
    for (const wrong of [odd, ...numbers, { nothing: 1 }, 5, [odd]]) {
      await run.wrong('wrong options', () => call.join(wrong));
    }
    const logOptions = new Map([['no scope', {}]]);
    await run.step('a map', () => new run.sdk.Client('key', { logOptions }));
    for (const wrong of [odd, { data: { custom: odd } }, { ring: 'yes' }, 5]) {
      await run.wrong('wrong body', () => call.getOrCreate(wrong));
    }
    await run.wrong('wrong client', () => new run.sdk.Client('key', { baseURL: 5 }));
    await run.wrong('wrong user', () => client.connectUser({ id: 5 }, fail('a provider')));
    const { error } = console;
    console.error = fail('a console');
    await run.step('listener', () => {
      client.on('all', fail('a listener'));
      call.state.custom$.subscribe(fail('a subscriber'));
      call.setSortParticipantsBy(fail('a comparator'));
    });
    await run.step('getOrCreate', () => call.getOrCreate({ data: { custom: { n: 2 ** 60 } } }));
    const lost = sockets.at(-1);
    lost?.close();
    await run.settles(() => sockets.at(-1) !== lost && sockets.at(-1)?.readyState === 1);
    console.error = error;
    const options = { baseURL, location: 'LCL', logger: fail('a logger'), logLevel: 'trace' };
    const guest = await run.step('guest', () => new run.sdk.Client(run.setting.apiKey, options));
    await run.step('connect guest', () => guest.connectUser({ type: 'guest', id: 'guest' }));
    await run.step('dispose guest', () => guest.dispose());
    await run.step('shown', () => {
      delete Object(document).hidden;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await run.step('leave', () => call.leave());
    await run.step('disconnectUser', () => client.disconnectUser());
  },
};
