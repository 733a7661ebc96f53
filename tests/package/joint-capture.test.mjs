// Camera and microphone that are wanted at once: one question for both, through the built package.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import {
  FakeTrack,
  hardware,
  live,
  makeCall,
  media,
  opened,
  permissions,
  settle,
} from './support/fake-media.mjs';

const kindsOf = (constraints) =>
  ['video', 'audio'].filter((kind) => constraints[kind]).map((kind) => [kind]);
const asked = () => hardware.asked.map((constraints) => Object.keys(constraints).sort().join('+'));

/** A browser that answers when it is told to. */
let answers;
beforeEach(() => {
  answers = [];
  media.getUserMedia = (constraints) => {
    hardware.asked.push(constraints);
    return new Promise((resolve, reject) => {
      const open = () =>
        opened(...kindsOf(constraints).map(([kind]) => new FakeTrack(kind, { deviceId: 'a' })));
      answers.push({
        give: () => resolve(open()),
        fail: (name, message = '') => reject(new DOMException(message, name)),
      });
    });
  };
});

const both = ({ camera, microphone }) => Promise.all([camera.enable(), microphone.enable()]);

test('camera and microphone of one moment are one question, and two captures', async () => {
  const { call } = makeCall();
  const enabled = both(call);
  await settle();
  assert.deepEqual(asked(), ['audio+video']);
  assert.ok(hardware.asked[0].video.width && hardware.asked[0].audio.echoCancellation);
  assert.deepEqual(
    [call.camera, call.microphone].map(({ state }) => state.isPromptingPermission),
    [true, true],
  );
  answers[0].give();
  await enabled;

  const streams = [call.camera, call.microphone].map(({ state }) => state.mediaStream);
  assert.deepEqual(
    streams.map((stream) => stream.getTracks().map(({ kind }) => kind)),
    [['video'], ['audio']],
  );
  // Each goes by itself.
  await call.camera.disable();
  assert.deepEqual(
    live().map(({ kind }) => kind),
    ['audio'],
  );
  await call.microphone.disable();
  assert.deepEqual(live(), []);
});

test('one after the other are two questions, and so are two of a kind', async () => {
  const { call } = makeCall();
  const first = call.camera.enable();
  await settle();
  const second = call.microphone.enable();
  await settle();
  assert.deepEqual(asked(), ['video', 'audio']);
  for (const { give } of answers) give();
  await Promise.all([first, second]);

  const { client } = makeCall();
  const two = [1, 2].map((id) => client.call('default', `two-${id}`).camera.enable());
  await settle();
  assert.deepEqual(asked().slice(2), ['video', 'video']);
  for (const { give } of answers.slice(2)) give();
  await Promise.all(two);
});

test('a question for both that is closed or refused is not asked again', async () => {
  for (const [message, code] of [
    ['', 'permission-denied'],
    ['Permission dismissed', 'permission-dismissed'],
  ]) {
    const { call } = makeCall();
    hardware.asked = [];
    const enabled = Promise.allSettled([call.camera.enable(), call.microphone.enable()]);
    await settle();
    answers.at(-1).fail('NotAllowedError', message);
    const results = await enabled;
    assert.deepEqual(
      results.map(({ reason }) => reason.code),
      [code, code],
    );
    assert.deepEqual(asked(), ['audio+video']);
  }
});

test('what the user decided for one of them is left alone', async () => {
  for (const decided of ['granted', 'denied']) {
    permissions.microphone.set(decided);
    const { call } = makeCall();
    hardware.asked = [];
    const enabled = both(call);
    await settle();
    assert.deepEqual(asked().sort(), ['audio', 'video'], decided);
    for (const { give } of answers.splice(0)) give();
    await enabled;
  }
});

test('when one of them cannot be opened the other one is', async () => {
  for (const name of ['NotFoundError', 'NotReadableError', 'OverconstrainedError']) {
    const { call } = makeCall();
    hardware.asked = [];
    const enabled = Promise.allSettled([call.camera.enable(), call.microphone.enable()]);
    await settle();
    answers.at(-1).fail(name);
    await settle();
    assert.deepEqual(asked().slice(0, 3).sort(), ['audio', 'audio+video', 'video'], name);
    for (const [index, constraints] of hardware.asked.entries()) {
      const answer = answers.at(index - hardware.asked.length);
      if (index > 0 && constraints.audio) answer.give();
      else if (index > 0) answer.fail('NotReadableError');
    }
    const [camera, microphone] = await enabled;
    assert.deepEqual([camera.reason.code, microphone.status], ['in-use', 'fulfilled'], name);
  }
});

test('one that is not wanted any more is not asked for, or ends when it comes', async () => {
  const { call } = makeCall();
  const early = [call.camera.enable(), call.microphone.enable(), call.camera.disable()];
  await settle();
  assert.deepEqual(asked(), ['audio']);
  answers[0].give();
  await Promise.all(early);
  await call.microphone.disable();

  for (const gone of ['camera', 'microphone']) {
    const { call: other } = makeCall();
    const late = both(other);
    await settle();
    assert.equal(asked().at(-1), 'audio+video');
    const given = other[gone].disable();
    answers.at(-1).give();
    await Promise.all([late, given]);
    await settle();
    assert.deepEqual(
      live().map(({ kind }) => kind),
      [gone === 'camera' ? 'audio' : 'video'],
    );
    await Promise.all([other.camera.disable(), other.microphone.disable()]);
    assert.deepEqual(live(), []);
  }
});
