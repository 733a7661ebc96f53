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
    const report = (name, ...answer) => {
      if (this.#pending.get(id) !== abortion) return;
      this.#pending.delete(id);
      this.#reporter[name](id, ...answer);
    };
    try {
      const response = await fetch(url, { method, headers, body, keepalive, signal });
      const { status } = response;
      const content = await read(response, wantsBytes && status === 200);
      report('httpAnswered', status, ...content);
    } catch (thrown) {
      report('httpFailed', thrown);
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

/** JSON and bytes: one of them, or neither when the body cannot be read. */
async function read(response, isBytes) {
  try {
    return isBytes
      ? [undefined, new Uint8Array(await response.arrayBuffer())]
      : [await response.json()];
  } catch {
    return [];
  }
}
