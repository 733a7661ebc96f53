// Which picture sizes are asked for, with stand-ins for what Node lacks: elements and their observer.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Elements } from '../../js/elements.js';

test('an element that takes its size from the picture does not ask for that size', (t) => {
  let measure;
  globalThis.ResizeObserver = class {
    constructor(onResize) {
      measure = onResize;
    }
    observe() {}
    disconnect() {}
  };
  t.after(() => delete globalThis.ResizeObserver);
  const participant = { sessionId: 's', isLocalParticipant: false };
  const state = {
    callingState: 'joined',
    callingState$: { subscribe() {} },
    findParticipantBySessionId: () => participant,
    participants$: {
      subscribe: (next) => {
        next([participant]);
        return { unsubscribe() {} };
      },
    },
  };
  const asked = [];
  const setVideoSize = (_session, _track, width, height) => asked.push(`${width}x${height}`);
  const elements = new Elements(state, { setVideoSize });
  const element = Object.assign(new EventTarget(), {
    tagName: 'VIDEO',
    srcObject: null,
    videoWidth: 0,
    videoHeight: 0,
  });
  const resize = (sizes) => measure(Object.assign(element, sizes));

  Object.assign(element, { clientWidth: 300, clientHeight: 150 });
  elements.bindVideo(element, 's', 'videoTrack');
  resize({ videoWidth: 640, videoHeight: 360, clientWidth: 640, clientHeight: 360 });
  assert.deepEqual(new Set(asked), new Set(['300x150']));

  // A size of its own counts, and so does being hidden.
  resize({ clientWidth: 800, clientHeight: 450 });
  assert.equal(asked.at(-1), '800x450');
  resize({ clientWidth: 0, clientHeight: 0 });
  assert.equal(asked.at(-1), '0x0');
});
