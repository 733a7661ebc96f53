// Listens to what goes between pages and the coordinator, and checks that it fits the schema.
import { Schema } from './schema.mjs';

/** @typedef {import('./world.mjs').Person} Person */

/** What went over the wire. */
export class Wire {
  schema = new Schema();
  /** @type {{ operation: string | undefined, status: number, by: string }[]} */
  exchanges = [];
  /** What did not fit the schema. */
  problems = /** @type {string[]} */ ([]);
  /** Types of the events that came. */
  heardTypes = new Set();

  /**
   * Listens to a page from now on; before a user is connected there, so that nothing is missed.
   *
   * @param {Person} person
   */
  tap(person) {
    person.page.on('response', (response) => void this.#check(person, response));
    person.page.on('websocket', (socket) => {
      if (new URL(socket.url()).pathname !== `${PREFIX}/connect`) return;
      socket.on('framereceived', ({ payload }) => {
        const event = JSON.parse(String(payload));
        this.heardTypes.add(event.type);
        this.#report(event.type, this.schema.checkEvent(event));
      });
    });
  }

  /**
   * @param {Person} person
   * @param {import('playwright-core').Response} response
   */
  async #check(person, response) {
    const request = response.request();
    const { pathname, searchParams } = new URL(request.url());
    if (!pathname.startsWith(`${PREFIX}/`)) return;
    const operation = this.schema.find(request.method(), pathname.slice(PREFIX.length));
    const status = response.status();
    if (operation) {
      const sent = this.schema.checkRequest(operation, request.postDataJSON(), searchParams);
      this.#report(`${operation.id} request`, sent);
      const body = await response.json();
      const answered =
        status < 300 ? this.schema.checkResponse(operation, body) : this.schema.checkRefusal(body);
      this.#report(`${operation.id} response`, answered);
    } else {
      this.problems.push(`${request.method()} ${pathname}: no operation`);
    }
    this.exchanges.push({ operation: operation?.id, status, by: person.id });
  }

  /**
   * @param {string} what
   * @param {string[]} found
   */
  #report(what, found) {
    this.problems.push(...found.map((problem) => `${what} ${problem}`));
  }
}

const PREFIX = '/video';
