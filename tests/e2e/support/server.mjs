// The real server, as its own process.
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { end, start } from './processes.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAM = process.env['TRUNKLINE_SERVER'] ?? join(ROOT, 'target/debug/trunkline-server');

// The same on every Linux.
const TICKS_PER_SECOND = 100;

export const API_KEY = 'trunkline-e2e';
const SECRET = 'a secret that only this suite and its server know';

/** A server on a port of its own, with data of its own. */
export class Server {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #process;
  #log = '';
  #data = mkdtempSync(join(tmpdir(), 'trunkline-e2e-'));
  /** Kept over restarts, so that clients find it again. */
  #address = '127.0.0.1:0';

  #args;

  /** @param {readonly string[]} args */
  constructor(args) {
    this.#args = args;
  }

  /** @param {readonly string[]} [args] more options */
  static async start(args = []) {
    const server = new Server(args);
    process.on('exit', () => rmSync(server.#data, { recursive: true, force: true }));
    await server.#run();
    return server;
  }

  get url() {
    return `http://${this.#address}`;
  }

  /** What an app gives as `options.baseURL`. */
  get baseURL() {
    return `${this.url}/video`;
  }

  /** What the server wrote last, for a failure that needs explaining. */
  get log() {
    return this.#log;
  }

  /**
   * What only an app's backend may do: creates or changes users.
   *
   * @param {...{ id: string, role?: string, teams?: string[], name?: string }} users
   */
  async updateUsers(...users) {
    const response = await fetch(`${this.url}/api/v2/users?api_key=${API_KEY}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: sign({ server: true }) },
      body: JSON.stringify({ users: Object.fromEntries(users.map((user) => [user.id, user])) }),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  }

  /**
   * Kills it, with no chance to tidy up, and starts it again with the same data and address.
   *
   * @param {() => Promise<void>} [meanwhile] runs while there is no server
   */
  async crash(meanwhile) {
    if (this.#process) await end(this.#process, 'SIGKILL');
    try {
      await meanwhile?.();
    } finally {
      await this.#run();
    }
  }

  /**
   * Starts a crowd in a call of this server, and waits until everybody is there. It ends with the
   * process that is returned.
   *
   * @param {string} callId
   * @param {Record<string, number>} options such as `participants`
   * @param {string[]} wrapper a command that starts it
   */
  async crowd(callId, options, wrapper = []) {
    const [program = PROGRAM, ...args] = [
      ...[...wrapper, PROGRAM, 'crowd', '--url', this.url, '--call', `default:${callId}`],
      ...['--api-key', API_KEY, '--api-secret', SECRET],
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ];
    const child = start(program, args);
    let errors = '';
    child.stderr?.on('data', (text) => (errors += text));
    if (!child.stdout) throw new Error('the crowd has no standard output');
    const lines = createInterface({ input: child.stdout });
    await new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        if (line === 'everybody is in the call') resolve(undefined);
      });
      lines.once('close', () => reject(new Error(`the crowd ended: ${errors}`)));
    });
    return child;
  }

  /** Ends it in good order and starts it again. */
  async restart() {
    if (this.#process) await end(this.#process);
    await this.#run();
  }

  /** How long it has kept a processor busy, in s. */
  cpuSeconds() {
    const stat = readFileSync(`/proc/${this.#process?.pid}/stat`, 'utf8');
    // The name of the program is in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Makes it stand still: its sockets stay open, and nothing is answered. */
  freeze() {
    this.#process?.kill('SIGSTOP');
  }

  thaw() {
    this.#process?.kill('SIGCONT');
  }

  async stop() {
    if (this.#process) await end(this.#process);
  }

  async #run() {
    const child = start(PROGRAM, [
      ...['--dev', '--listen', this.#address, '--data', this.#data],
      ...['--api-key', API_KEY, '--api-secret', SECRET, '--www', join(ROOT, 'www/dist')],
      ...NO_LIMITS,
      ...this.#args,
    ]);
    this.#process = child;
    const keep = (/** @type {Buffer} */ text) => {
      this.#log = (this.#log + text).slice(-LOG_LENGTH);
    };
    child.stderr?.on('data', keep);
    if (!child.stdout) throw new Error('the server has no standard output');
    for await (const line of createInterface({ input: child.stdout })) {
      const address = /ready on http:\/\/(\S+)/.exec(line)?.[1];
      if (address) {
        this.#address = address;
        return;
      }
    }
    throw new Error(`the server did not start: ${PROGRAM}\n${this.#log}`);
  }
}

/**
 * A token as a backend makes it.
 *
 * @param {string} userId
 * @param {Record<string, unknown>} [claims]
 */
export function tokenFor(userId, claims = {}) {
  return sign({ user_id: userId, ...claims });
}

/** @param {Record<string, unknown>} claims */
function sign(claims) {
  const part = (/** @type {unknown} */ value) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${content}.${createHmac('sha256', SECRET).update(content).digest('base64url')}`;
}

/** All the tests come from one address. */
const NO_LIMITS = [
  ...['--rate-limit', '0', '--app-rate-limit', '0', '--address-rate-limit', '0'],
  ...['--guests-per-address', '0', '--sockets-per-address', '10000'],
  ...['--connections-per-address', '10000', '--sfu-rate-limit-per-address', '0'],
];
const LOG_LENGTH = 20_000;
