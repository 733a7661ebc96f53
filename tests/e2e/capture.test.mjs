// What is made of what devices capture: filters, devices of the app, silence, and how loud it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { testWith } from './support/browser.mjs';
import { unique, world } from './support/world.mjs';

/** @type {import('./support/world.mjs').Person} */
let alice;
/** @type {import('./support/world.mjs').Person} */
let bob;
const here = world(async (world) => {
  [alice, bob] = await Promise.all([
    world.person('Alice'),
    world.person('Bob', {}, {}, {}, prepareApp),
  ]);
  await alice.join(callId);
  await bob.join(callId);
  // Devices come on by themselves once the call is joined.
  await bob.until(() => spy.open().tracks === 2, undefined, 'camera and microphone are on');
});
const callId = unique('capture');

/** What the app of these tests can make streams of. */
function prepareApp() {
  globalThis.paint = (colour, input) => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 320, height: 240 });
    const context = canvas.getContext('2d');
    const video = document.createElement('video');
    Object.assign(video, { srcObject: input ?? null, muted: true });
    // It is interrupted when the camera goes.
    if (input) video.play().catch(() => {});
    const timer = setInterval(() => {
      if (!context) return;
      context.fillStyle = colour;
      context.fillRect(0, 0, 320, 240);
      // The right half is what came in.
      if (input) context.drawImage(video, 160, 0, 160, 240);
    }, 50);
    const stop = () => clearInterval(timer);
    return { stream: canvas.captureStream(15), stop };
  };
  globalThis.hum = () => {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 440 });
    const volume = new GainNode(context, { gain: 0 });
    const target = context.createMediaStreamDestination();
    tone.connect(volume).connect(target);
    tone.start();
    return { stream: target.stream, volume: volume.gain, stop: () => void context.close() };
  };
}

/**
 * Waits until Alice sees a colour in Bob's picture.
 *
 * @param {number} x where, 0 to 100 from left to right
 * @param {'red' | 'green' | 'blue' | undefined} colour `undefined` for another one
 */
async function bobLooks(x, colour) {
  await alice.until(
    ({ bob, x, colour }) => {
      const video = document.querySelector(`[data-user-id="${bob}"] video`);
      if (!(video instanceof HTMLVideoElement) || video.videoWidth === 0) return false;
      const context = new OffscreenCanvas(100, 100).getContext('2d');
      context?.drawImage(video, 0, 0, 100, 100);
      const pixel = context?.getImageData(x, 50, 1, 1).data;
      const [red = 0, green = 0, blue = 0] = pixel ?? [];
      const pure =
        red > 180 && green + blue < 120
          ? 'red'
          : green > 180 && red + blue < 120
            ? 'green'
            : blue > 180 && red + green < 120
              ? 'blue'
              : undefined;
      return pure === colour;
    },
    { bob: bob.id, x, colour },
    `at ${x} it is ${colour ?? 'as the camera sees it'}`,
  );
}

test('a filter changes what the others see, and its end gives the camera back', async () => {
  const streams = await bob.run(async () => {
    globalThis.filter = call.camera.registerFilter((input) => {
      const { stream: output, stop } = paint('#00ff00', input);
      return { output, stop };
    });
    await filter.registered;
    const { mediaStream, rootMediaStream } = call.camera.state;
    return mediaStream !== rootMediaStream && rootMediaStream?.getVideoTracks()[0]?.readyState;
  });
  assert.equal(streams, 'live');
  await bobLooks(25, 'green');
  await bob.run(() => filter.unregister());
  await bobLooks(25, undefined);
  assert.equal(await bob.run(() => call.camera.state.mediaStream?.getVideoTracks().length), 1);
  await bob.until(() => spy.open().tracks === 2, undefined, 'one camera and one microphone are on');
});

test('filters run in the order of their registration, and for a camera that is turned on', async () => {
  await bob.run(async () => {
    await call.camera.disable();
    for (const colour of ['#ff0000', '#0000ff']) {
      const { registered } = call.camera.registerFilter((input) => {
        const { stream: output, stop } = paint(colour, input);
        return { output: Promise.resolve(output), stop };
      });
      await registered;
    }
    await call.camera.enable();
  });
  await bobLooks(25, 'blue');
  // The left half of the right half is what the filter before has made.
  await bobLooks(60, 'red');
});

test('a filter that fails is left out, with a warning', async () => {
  await bob.run(async () => {
    const { registered, unregister } = call.camera.registerFilter(() => {
      throw new Error('no filter today');
    });
    await registered;
    await unregister();
  });
  await bobLooks(25, 'blue');
  assert.match(bob.complaints.splice(0).join('\n'), /filter failed/);
});

test('a device of the app is in the list, can be selected, and goes off with its end', async () => {
  const listed = await bob.run(async () => {
    globalThis.stops = 0;
    globalThis.virtual = call.camera.registerVirtualDevice({
      label: 'Green room',
      getUserMedia: async () => {
        const { stream, stop } = paint('#00ff00');
        return { stream, stop: () => (stop(), (stops += 1)) };
      },
    });
    const devices = await call.camera.devices();
    await call.camera.select(virtual.deviceId);
    return devices.find(({ deviceId }) => deviceId === virtual.deviceId)?.label;
  });
  assert.equal(listed, 'Green room');
  // Seen through both filters.
  await bobLooks(90, 'green');
  const after = await bob.run(async () => {
    await virtual.unregister();
    const isListed = (await call.camera.devices()).some((d) => d.deviceId === virtual.deviceId);
    const { status, selectedDevice } = call.camera.state;
    return { isListed, status, selectedDevice, stops };
  });
  assert.deepEqual(after, {
    isListed: false,
    status: 'disabled',
    selectedDevice: undefined,
    stops: 1,
  });
  await bob.run(() => call.camera.enable());
  await bobLooks(25, 'blue');
});

testWith(
  'webAudio',
  'a microphone that delivers nothing is reported, and when it delivers again',
  async () => {
    await bob.run(async () => {
      globalThis.tone = hum();
      const { deviceId } = call.microphone.registerVirtualDevice({
        label: 'Hum',
        getUserMedia: async () => tone,
      });
      await call.microphone.select(deviceId);
      heard = [];
      call.on('mic.capture_report', (event) => heard.push({ ...event }));
      call.microphone.setSilenceThreshold(1000);
    });
    await bob.until(() => heard[0]?.['capturesAudio'] === false, undefined, 'silence is reported');
    await alice.until(
      async (bob) => (await levelOf(bob)) === 0,
      bob.id,
      'the other side hears nothing',
    );
    await bob.run(() => {
      tone.volume.value = 0.5;
    });
    await bob.until(() => heard[1]?.['capturesAudio'] === true, undefined, 'the end is reported');
    await alice.until(
      async (bob) => ((await levelOf(bob)) ?? 0) > 0.05,
      bob.id,
      'the other side hears it',
    );
    await bob.run(() => call.microphone.select(undefined));
    assert.equal(await bob.run(() => heard.length), 2);
  },
);

testWith('webAudio', 'who speaks while muted is told, until they are unmuted', async () => {
  // The browser's fake microphone beeps.
  const { before, tracks } = await bob.run(async () => {
    const before = call.microphone.state.speakingWhileMuted;
    await call.microphone.enableSpeakingWhileMutedNotification();
    return { before, tracks: spy.open().tracks };
  });
  assert.deepEqual(
    [before, tracks],
    [false, 2],
    'nothing more is captured while the microphone is on',
  );
  await bob.run(() => call.microphone.disable());
  await bob.until(() => call.microphone.state.speakingWhileMuted, undefined, 'it is noticed');
  await bob.run(() => call.microphone.enable());
  await bob.until(
    () => !call.microphone.state.speakingWhileMuted && spy.open().tracks === 2,
    undefined,
    'nobody is muted any more',
  );

  await bob.run(() => call.microphone.disable());
  await bob.until(() => call.microphone.state.speakingWhileMuted, undefined, 'it is noticed again');
  await bob.run(() => call.microphone.disableSpeakingWhileMutedNotification());
  const after = await bob.run(() => ({
    speaking: call.microphone.state.speakingWhileMuted,
    ...spy.open(),
  }));
  assert.deepEqual([after.speaking, after.tracks], [false, 1], 'the microphone is off');
  await bob.run(() => call.microphone.enable());
});

testWith('webAudio', 'so is who never turned the microphone on', async () => {
  const carol = await here.person('Carol');
  await carol.open(unique('muted'));
  await carol.run(async () => {
    const audio = { mic_default_on: false, default_device: /** @type {const} */ ('speaker') };
    await call.microphone.enableSpeakingWhileMutedNotification();
    await call.join({ create: true, data: { settings_override: { audio } } });
  });
  await carol.until(() => call.microphone.state.speakingWhileMuted, undefined, 'it is noticed');
  await carol.run(() => call.leave());
  await carol.until(() => spy.open().tracks === 0, undefined, 'leaving ends the listening');
  await carol.close();
});

testWith(
  'moreDevices',
  'everybody is as loud as the user wants, and played where they want',
  async () => {
    const { volumes, known, sinks, speaker } = await alice.run(async (bob) => {
      const participant = call.state.participants.find((p) => p.userId === bob);
      const { sessionId = '' } = participant ?? {};
      const elements = [...document.querySelectorAll('audio')];
      /** @type {number[][]} */
      const volumes = [];
      const note = async () => {
        await Promise.resolve();
        volumes.push(elements.map(({ volume }) => volume));
      };
      call.speaker.setVolume(0.5);
      await note();
      call.speaker.setParticipantVolume(sessionId, 0.25);
      await note();
      const known = call.state.findParticipantBySessionId(sessionId)?.audioVolume;
      call.speaker.setParticipantVolume(sessionId, undefined);
      await note();
      const speaker = (await call.speaker.devices()).at(-1)?.deviceId ?? '';
      await call.speaker.select(speaker);
      return { volumes, known, sinks: elements.map(({ sinkId }) => sinkId), speaker };
    }, bob.id);
    assert.deepEqual(volumes, [
      [0.5, 0.5],
      [0.25, 0.25],
      [0.5, 0.5],
    ]);
    assert.equal(known, 0.25);
    assert.notEqual(speaker, '');
    assert.deepEqual(sinks, [speaker, speaker]);
    await alice.run(() => call.speaker.select(''));
  },
);

test('nothing of it is left when the call is', async () => {
  await bob.run(() => call.leave());
  const { tracks, captures } = await bob.run(() => spy.open());
  assert.deepEqual([tracks, captures], [0, 0]);
  assert.deepEqual([...alice.complaints, ...bob.complaints], []);
});
