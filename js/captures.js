/**
 * The captures of a client that run or begin, by the numbers that the core gives them.
 */
import { adoptStream, openCapture } from './capture.js';
import { listen } from './listen.js';
import { CAPTURE_ENDED, CAPTURE_FAILED, CAPTURE_MUTED } from './reports.js';

export class Captures {
  #media;
  #reporter;
  /** What ends listening to them. */
  #all = new Map();

  /**
   * @param media where they are put
   * @param reporter where the core hears what became of them
   */
  constructor(media, reporter) {
    this.#media = media;
    this.#reporter = reporter;
  }

  get size() {
    return this.#all.size;
  }

  /**
   * Opens a device.
   *
   * @param source the number of the capture to take the source from
   */
  async open(id, call, kind, width, height, facing, deviceId, isMusic, withSound, source) {
    const given = new AbortController();
    this.#all.set(id, () => given.abort());
    const from = this.#media.capture(source);
    let capture, description;
    try {
      const how = [width, height, facing, deviceId, isMusic, withSound];
      capture = await openCapture(call, kind, ...how, from, given.signal);
      description = capture.describe();
    } catch (thrown) {
      const name = String(thrown?.name ?? '');
      if (this.#all.delete(id)) this.#reporter.report(CAPTURE_FAILED, id, 0, name, thrown);
      return;
    }
    if (this.#all.has(id)) {
      this.#add(id, capture);
      this.#reporter.captured(id, ...description);
    } else {
      // Stopped meanwhile: nobody may see the light of the camera any longer.
      capture.stop();
    }
  }

  /** Takes in a stream of the app, and describes it. */
  adopt(id, trackType, stream) {
    const capture = adoptStream(trackType, stream);
    this.#add(id, capture);
    return capture.describe();
  }

  /** Has a capture deliver nothing, or something again. */
  silence(id, isSilent) {
    this.#media.capture(id)?.silence(isSilent);
  }

  /** Ends a capture, running or not begun yet. */
  stop(id) {
    this.#all.get(id)?.();
    this.#all.delete(id);
    const capture = this.#media.capture(id);
    this.#media.removeCapture(id);
    capture?.stop();
  }

  closeAll() {
    for (const id of this.#all.keys()) this.stop(id);
  }

  #add(id, capture) {
    const reporter = this.#reporter;
    const unlisten = listen(capture, {
      ended: () => reporter.report(CAPTURE_ENDED, id, 0),
      mute: () => reporter.report(CAPTURE_MUTED, id, 1),
      unmute: () => reporter.report(CAPTURE_MUTED, id, 0),
    });
    this.#all.set(id, unlisten);
    this.#media.addCapture(id, capture);
  }
}
