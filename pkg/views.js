/**
 * What the classes that apps hold are made of, besides the core. The core reaches an app only
 * through these two.
 */
import { DeviceManager } from './devices.js';
import { Elements } from './elements.js';
import { invalidArgument } from './errors.js';
import { Listeners } from './events.js';
import { CallStore, ClientStore } from './state.js';

/**
 * Keeps a view alive as long as what an app may hold of it. The core holds views and their owners
 * weakly, so that listeners which mention their own call do not keep it for ever.
 */
const views = new WeakMap();

class View {
  #listeners = new Listeners();

  constructor(store) {
    this.store = store;
  }

  /** Ties the lives of this view, its parts and its owner, the `Client` or `Call`, together. */
  attach(owner) {
    this.owner = owner;
    for (const part of [owner, this.state, this.camera, this.microphone]) {
      if (part) views.set(part, this);
    }
  }

  get state() {
    return this.store.state;
  }

  on(name, listener) {
    checkListener(name, listener);
    return this.#listeners.on(name, listener);
  }

  off(name, listener) {
    this.#listeners.off(name, listener);
  }

  emit(event) {
    this.#listeners.emit(event);
  }

  /** The core has stopped for good. */
  fail() {}
}

export class ClientView extends View {
  /** @param port reads from the core */
  constructor(port) {
    super(new ClientStore(port));
  }
}

export class CallView extends View {
  #elements;

  /** @param port reads from the core and gives orders to it */
  constructor(port) {
    super(new CallStore(port));
    this.camera = this.#device('camera', port);
    this.microphone = this.#device('microphone', port);
    this.#elements = new Elements(this.state, (sessionId, trackType, width, height) =>
      port.setVideoSize(sessionId, trackType === 'screenShareTrack', width, height),
    );
  }

  bindVideoElement(element, sessionId, trackType) {
    if (element?.tagName !== 'VIDEO') {
      throw invalidArgument('bindVideoElement: the first argument is not a <video> element');
    }
    if (!Elements.isVideo(trackType)) {
      throw invalidArgument(
        'bindVideoElement: the third argument is neither "videoTrack" nor "screenShareTrack"',
      );
    }
    return this.#elements.bindVideo(element, sessionId, trackType);
  }

  bindAudioElement(element, sessionId, trackType = 'audioTrack') {
    if (element?.tagName !== 'AUDIO') {
      throw invalidArgument('bindAudioElement: the first argument is not an <audio> element');
    }
    if (!Elements.isAudio(trackType)) {
      throw invalidArgument(
        'bindAudioElement: the third argument is neither "audioTrack" nor "screenShareAudioTrack"',
      );
    }
    return this.#elements.bindAudio(element, sessionId, trackType);
  }

  fail() {
    this.store.fail();
  }

  #device(name, port) {
    return new DeviceManager(this.store.cell(name), (order) =>
      port.orderDevice(name === 'microphone', order),
    );
  }
}

function checkListener(name, listener) {
  if (typeof name !== 'string') throw invalidArgument('on: the name of the event is not a string');
  if (typeof listener !== 'function') throw invalidArgument('on: the listener is not a function');
}
