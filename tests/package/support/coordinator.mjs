// A coordinator that takes every request and answers it, in place of the network.
import { Client, init } from 'trunkline';

await init();

const BASE = 'http://coordinator.test/video';

/**
 * A call of a client that is connected, and what it sends from now on. Its `answer` may be exchanged;
 * `hold` leaves requests without one.
 */
export async function script(answer = () => ({})) {
  const sent = [];
  const coordinator = { sent, answer, hold: false };
  globalThis.fetch = async (request) => {
    const url = new URL(request.url);
    const path = url.pathname.replace('/video', '');
    for (const key of ['api_key', 'user_id']) url.searchParams.delete(key);
    const text = await request.text();
    sent.push([request.method, path + url.search, text === '' ? undefined : JSON.parse(text)]);
    if (coordinator.hold) return new Promise(() => {});
    return Response.json(coordinator.answer(request.method, path));
  };
  const client = new Client('key', { baseURL: BASE, logger: () => {} });
  // Needs no socket.
  await client.connectUser({ type: 'anonymous' });
  coordinator.client = client;
  coordinator.call = client.call('default', 'a%b');
  return coordinator;
}

/** Lets everything happen that needs no time. */
export async function turn() {
  for (let i = 0; i < 3; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
