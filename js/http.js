import { HTTP_FAILED, HTTP_JSON } from './reports.js';

/**
 * The requests of a client that are not answered yet, by the numbers that the core gives them.
 */
export class Http {
  #reporter;
  #pending = new Map();

  /** @param reporter where the core hears what was answered */
  constructor(reporter) {
    this.#reporter = reporter;
  }

  get size() {
    return this.#pending.size;
  }

  /**
   * Sends a request and reports the answer, unless it is aborted before.
   *
   * @param {string[]} fields name, value, name, value …
   * @param {string | undefined} json the body, unless it is …
   * @param {Uint8Array | undefined} bytes protobuf
   * @param {boolean} wantsBytes what a good answer holds; other answers hold JSON
   */
  async send(id, method, url, fields, json, bytes, wantsBytes, keepalive) {
    const abortion = new AbortController();
    this.#pending.set(id, abortion);
    const headers = {};
    for (let i = 0; i < fields.length; i += 2) headers[fields[i]] = fields[i + 1];
    const body = json ?? bytes;
    if (body) headers['content-type'] = json ? 'application/json' : 'application/protobuf';

    const { signal } = abortion;
    const isPending = () => {
      const isPending = this.#pending.get(id) === abortion;
      if (isPending) this.#pending.delete(id);
      return isPending;
    };
    try {
      const response = await fetch(url, { method, headers, body, keepalive, signal });
      const { status } = response;
      const isBytes = wantsBytes && status === 200;
      const content = await read(response, isBytes);
      if (!isPending()) return;
      if (isBytes && content) this.#reporter.httpBytes(id, status, content);
      else this.#reporter.report(HTTP_JSON, id, status, undefined, content);
    } catch (thrown) {
      if (isPending()) this.#reporter.report(HTTP_FAILED, id, 0, undefined, thrown);
    }
  }

  /** Gives a request up; nothing is reported about it any more. */
  abort(id) {
    const abortion = this.#pending.get(id);
    this.#pending.delete(id);
    abortion?.abort();
  }

  closeAll() {
    for (const id of this.#pending.keys()) this.abort(id);
  }
}

/** The content of an answer; `undefined` when it cannot be read. */
async function read(response, isBytes) {
  try {
    return isBytes ? new Uint8Array(await response.arrayBuffer()) : await response.json();
  } catch {
    return undefined;
  }
}
