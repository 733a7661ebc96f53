// Which videos are asked for, which tiles are seen, and what plays: with stand-ins for what Node
// lacks, elements and their observers.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

const observers = { resize: [], intersection: [] };
function fakeObserver(kind) {
  return class {
    targets = new Set();
    constructor(tell, options) {
      Object.assign(this, { tell, options });
      observers[kind].push(this);
    }
    observe = (target) => this.targets.add(target);
    unobserve = (target) => this.targets.delete(target);
    disconnect = () => this.targets.clear();
  };
}
globalThis.ResizeObserver = fakeObserver('resize');
globalThis.IntersectionObserver = fakeObserver('intersection');
globalThis.document = { fullscreenElement: null, pictureInPictureElement: null };

const { Elements } = await import('../../pkg/elements.js');
const { VisibilityState } = await import('../../pkg/enums.js');
const { makeValue } = await import('../../pkg/observable.js');

let world;
beforeEach(() => {
  world = makeWorld();
  observers.resize = [];
  observers.intersection = [];
});
afterEach(() => mock.timers.reset());

test('the largest element decides the size that is asked for, and none asks for none', () => {
  const [small, large] = [video(100, 50), video(400, 300)];
  const unbind = [small, large].map((element) => bind(element));
  assert.equal(world.asked.at(-1), 'bob videoTrack 400x300');
  unbind[1]();
  unbind[1]();
  assert.equal(world.asked.at(-1), 'bob videoTrack 100x50');
  unbind[0]();
  assert.equal(world.asked.at(-1), 'bob videoTrack 0x0');
  assert.equal(large.srcObject, null);
});

test('without incoming video nothing is asked for until it is wanted again', () => {
  const settings = [];
  const { subscriptions } = world.elements;
  subscriptions.incomingVideoSettings$.subscribe((s) => settings.push(s.enabled));
  bind(video(400, 300));
  subscriptions.setEnabled(false);
  assert.equal(world.asked.at(-1), 'bob videoTrack 0x0');
  assert.equal(subscriptions.incomingVideoSettings.isParticipantVideoEnabled('bob'), false);
  bind(video(800, 600));
  assert.equal(world.asked.at(-1), 'bob videoTrack 0x0');
  subscriptions.setEnabled(true);
  assert.equal(world.asked.at(-1), 'bob videoTrack 800x600');
  assert.deepEqual(settings, [true, false, true]);
  assert.throws(() => subscriptions.setEnabled('no'), { code: 'invalid-argument' });
});

test('a preferred size takes the place of that of the elements, for some before for all', () => {
  const { subscriptions } = world.elements;
  bind(video(400, 300));
  bind(video(900, 500), 'screenShareTrack');
  const prefer = (size, ids) => subscriptions.setPreferredResolution(size, ids);
  prefer({ width: 64, height: 36 });
  assert.deepEqual(world.asked.slice(-2), [
    'bob videoTrack 64x36',
    'bob screenShareTrack 900x500', // is there to be read
  ]);
  prefer({ width: 1280, height: 720 }, ['bob']);
  assert.equal(world.asked.at(-2), 'bob videoTrack 1280x720');
  prefer(undefined, ['bob']);
  assert.equal(world.asked.at(-2), 'bob videoTrack 64x36');
  prefer(undefined);
  assert.equal(world.asked.at(-2), 'bob videoTrack 400x300');
  const wrong = [[{ width: 1.5, height: 1 }], [{ width: 0, height: 1 }], [7], [undefined, 'bob']];
  for (const args of wrong) assert.throws(() => prefer(...args), { code: 'invalid-argument' });
});

test('an element that scrolls out of the page asks for nothing until it is back', () => {
  const element = video(400, 300);
  bind(element);
  const scroll = (isIntersecting, boundingClientRect = { width: 400, height: 300 }) =>
    observers.intersection[0].tell([{ isIntersecting, boundingClientRect }]);
  scroll(true);
  scroll(false);
  assert.equal(world.asked.at(-1), 'bob videoTrack 0x0');
  // Whatever its size becomes meanwhile.
  Object.assign(element, { clientWidth: 200 });
  observers.resize[0].tell();
  assert.equal(world.asked.at(-1), 'bob videoTrack 0x0');
  scroll(true);
  assert.equal(world.asked.at(-1), 'bob videoTrack 200x300');

  document.pictureInPictureElement = element;
  scroll(false);
  document.pictureInPictureElement = null;
  assert.equal(world.asked.at(-1), 'bob videoTrack 200x300');
});

test('tiles tracked before and after there is a viewport tell whether they are seen', () => {
  const { elements } = world;
  const [early, late] = [new EventTarget(), new EventTarget()];
  const untrack = elements.trackVisibility(early, 'bob', 'videoTrack');
  const root = new EventTarget();
  const cleanup = elements.viewport.setViewport(root);
  elements.trackVisibility(late, 'bob', 'screenShareTrack');
  const [observer] = observers.intersection;
  assert.deepEqual(observer.options, { root, threshold: 0.35 });
  assert.deepEqual([...observer.targets], [early, late]);

  bind(video(400, 300));
  observer.tell([{ target: early, isIntersecting: false }]);
  assert.deepEqual(world.visibility, ['bob videoTrack INVISIBLE']);
  assert.equal(world.asked.at(-1), 'bob videoTrack 0x0');
  document.fullscreenElement = early;
  observer.tell([{ target: early, isIntersecting: false }]);
  document.fullscreenElement = null;
  assert.deepEqual(world.visibility.at(-1), 'bob videoTrack VISIBLE');
  assert.equal(world.asked.at(-1), 'bob videoTrack 400x300');

  untrack();
  assert.deepEqual(world.visibility.at(-1), 'bob videoTrack UNKNOWN');
  assert.deepEqual([...observer.targets], [late]);
  cleanup();
  assert.equal(observer.targets.size, 0);
  const track = (...args) => elements.trackVisibility(...args);
  assert.throws(() => track({}, 'bob', 'videoTrack'), { code: 'invalid-argument' });
  assert.throws(() => track(early, 'bob', 'audioTrack'), { code: 'invalid-argument' });
});

test('sound that may not play is known, and plays in a click', async () => {
  const { blockedAudio } = world.elements;
  const told = [];
  blockedAudio.autoplayBlocked$.subscribe((isBlocked) => told.push(isBlocked));
  const element = audio();
  element.play = async () => {
    throw new DOMException('', 'NotAllowedError');
  };
  const unbind = world.elements.bindAudio(element, 'bob');
  await settle();
  assert.deepEqual(blockedAudio.blockedSessionIds, ['bob']);

  element.play = async () => {};
  await blockedAudio.resume();
  assert.deepEqual(blockedAudio.blockedSessionIds, []);
  assert.deepEqual(told, [false, true, false]);

  // Another stream took this one's place: no browser forbids that.
  element.play = async () => {
    throw new DOMException('', 'AbortError');
  };
  unbind();
  world.elements.bindAudio(element, 'bob');
  await settle();
  assert.equal(blockedAudio.autoplayBlocked, false);
});

test('an element that is unbound is not blocked any more', async () => {
  const element = audio();
  element.play = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  const unbind = world.elements.bindAudio(element, 'bob');
  await settle();
  assert.equal(world.elements.blockedAudio.autoplayBlocked, true);
  unbind();
  assert.equal(world.elements.blockedAudio.autoplayBlocked, false);
});

test('an element that stops by itself is started again, later each time, and not for ever', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const element = audio();
  let plays = 0;
  element.play = async () => void (plays += 1);
  const unbind = world.elements.bindAudio(element, 'bob');
  assert.equal(plays, 1);
  const stopFor = (ms) => {
    element.dispatchEvent(new Event('pause'));
    mock.timers.tick(ms);
  };
  for (const ms of [250, 500, 1_000, 2_000, 4_000]) {
    stopFor(ms - 1);
    const before = plays;
    mock.timers.tick(1);
    assert.equal(plays, before + 1, `after ${ms} ms`);
  }
  stopFor(60_000);
  assert.equal(plays, 6);
  element.dispatchEvent(new Event('playing'));
  stopFor(250);
  assert.equal(plays, 7, 'once it played, it has all attempts again');
  unbind();
  stopFor(60_000);
  assert.equal(plays, 7);
});

test('sound that nobody hears is warned of once, while the call is joined', () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const [bob] = world.people.cell.value;
  const ended = stream('sound of a screen that is not shared any more');
  world.people.set([{ ...bob, screenShareAudioStream: ended }]);
  world.callingState.set('joined');
  mock.timers.tick(9_000);
  assert.deepEqual(world.warnings, ['nothing plays the audioTrack of session bob']);
  const unbind = world.elements.bindAudio(audio(), 'bob');
  mock.timers.tick(9_000);
  unbind();
  mock.timers.tick(3_000);
  assert.equal(world.warnings.length, 2, 'it was heard in between');

  world.elements.bindAudio(audio(), 'bob')();
  world.elements.watchdog.setEnabled(false);
  mock.timers.tick(9_000);
  world.elements.watchdog.setEnabled(true);
  world.callingState.set('left');
  mock.timers.tick(9_000);
  assert.equal(world.warnings.length, 2);
});

test('one call plays everybody, as they come and go', () => {
  const container = { children: [], append: (element) => container.children.push(element) };
  document.createElement = () => {
    const element = audio();
    element.remove = () => (container.children = container.children.filter((e) => e !== element));
    return element;
  };
  const detach = world.elements.attachAudio(container);
  assert.deepEqual(streams(container), ['sound of bob']);
  const carol = {
    sessionId: 'carol',
    audioStream: stream('a'),
    screenShareAudioStream: stream('s'),
  };
  world.people.set([...world.people.cell.value, carol]);
  assert.deepEqual(streams(container), ['sound of bob', 'a', 's']);
  world.people.set([carol]);
  assert.deepEqual(streams(container), ['a', 's']);
  detach();
  assert.deepEqual(streams(container), []);
  assert.throws(() => world.elements.attachAudio({}), { code: 'invalid-argument' });
});

const stream = (id) => ({ id, active: true });
const streams = (container) => container.children.map((element) => element.srcObject.id);

function makeWorld() {
  const bob = {
    sessionId: 'bob',
    publishedTracks: [1, 2],
    audioStream: stream('sound of bob'),
    videoStream: stream('v'),
  };
  const people = makeValue([bob]);
  const callingState = makeValue('idle');
  const asked = [];
  const warnings = [];
  const visibility = [];
  const shown = {};
  const state = {
    get callingState() {
      return callingState.cell.value;
    },
    callingState$: callingState.cell.observable,
    participants$: people.cell.observable,
    remoteParticipants$: people.cell.observable,
    get remoteParticipants() {
      return people.cell.value;
    },
    findParticipantBySessionId: (id) => {
      const participant = people.cell.value.find((p) => p.sessionId === id);
      return participant && { ...participant, viewportVisibilityState: shown };
    },
  };
  const port = {
    setVideoSize: (session, track, width, height) =>
      asked.push(`${session} ${track} ${width}x${height}`),
    setVisibility: (session, track, state = VisibilityState.UNKNOWN) => {
      shown[track] = state;
      visibility.push(`${session} ${track} ${state}`);
    },
    warn: (message) => warnings.push(message),
  };
  const elements = new Elements(state, port, () => () => {});
  return { elements, people, callingState, asked, warnings, visibility };
}

function bind(element, trackType = 'videoTrack') {
  const unbind = world.elements.bindVideo(element, 'bob', trackType);
  observers.resize.at(-1).tell();
  return unbind;
}

function video(clientWidth, clientHeight) {
  return element('VIDEO', { clientWidth, clientHeight, videoWidth: 0, videoHeight: 0 });
}

function audio() {
  return element('AUDIO', {});
}

function element(tagName, fields) {
  const play = async () => {};
  return Object.assign(new EventTarget(), { tagName, play, srcObject: null }, fields);
}

/** Lets everything run that waits for promises only. */
async function settle() {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}
