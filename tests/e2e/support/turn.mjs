// A real TURN server, which speaks nothing but TCP with its clients.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { end, start } from './processes.mjs';

const USER = 'someone';
// With all that may stand in the option of our server that names it.
const PASSWORD = 'a,b:c=d';

/** coturn on a port of its own, for as long as the test runs. */
export class Turn {
  /** @type {import('node:child_process').ChildProcess} */
  #process;
  #data;
  #port;

  /**
   * @param {import('node:child_process').ChildProcess} process
   * @param {string} data
   * @param {number} port
   */
  constructor(process, data, port) {
    this.#process = process;
    this.#data = data;
    this.#port = port;
  }

  static async start() {
    const data = mkdtempSync(join(tmpdir(), 'trunkline-turn-'));
    process.on('exit', () => rmSync(data, { recursive: true, force: true }));
    const port = await freePort();
    const child = start('turnserver', [
      ...['-n', '--no-cli', '--verbose', '--log-file=stdout', '--simple-log'],
      ...[`--userdb=${join(data, 'users')}`, `--pidfile=${join(data, 'pid')}`],
      ...['--listening-ip=127.0.0.1', `--listening-port=${port}`, '--relay-ip=127.0.0.1'],
      // Towards clients; it reaches our server over UDP.
      ...['--no-udp', '--no-tls', '--no-dtls', '--no-tcp-relay'],
      // Our server is on this machine.
      '--allow-loopback-peers',
      ...['--lt-cred-mech', '--realm=trunkline', `--user=${USER}:${PASSWORD}`],
    ]);
    let log = '';
    if (!child.stdout) throw new Error('coturn has no standard output');
    for await (const line of createInterface({ input: child.stdout })) {
      log += `${line}\n`;
      if (line.includes('TCP listener opened')) {
        // What it writes later is not kept; nor may it fill the pipe.
        child.stdout.resume();
        child.stderr?.resume();
        return new Turn(child, data, port);
      }
    }
    throw new Error(`coturn did not start\n${log}`);
  }

  /** What our server is told with `--turn`. */
  get option() {
    return `turn:127.0.0.1:${this.#port}?transport=tcp,${USER},${PASSWORD}`;
  }

  async stop() {
    await end(this.#process);
    rmSync(this.#data, { recursive: true, force: true });
  }
}

/** A port that was free a moment ago: coturn takes none for "any". */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (!address || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
