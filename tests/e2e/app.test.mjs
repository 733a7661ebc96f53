// What apps see of failures, promises and their own mistakes, through the built package.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { world } from './support/world.mjs';

const here = world();

/** Answers as its paths say: `/status/404…`, `/html/502…`, and not at all. */
const counterpart = createServer((request, response) => {
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-headers', '*');
  response.setHeader('access-control-allow-methods', '*');
  if (request.method === 'OPTIONS') return response.writeHead(204).end();
  const [, kind, status] = request.url?.split('/') ?? [];
  if (kind === 'status') {
    response.writeHead(Number(status), { 'content-type': 'application/json' });
    return response.end(JSON.stringify({ code: 4, message: 'no' }));
  }
  if (kind === 'html') {
    return response.writeHead(Number(status), { 'content-type': 'text/html' }).end('<h1>Bad</h1>');
  }
});

before(() => new Promise((done) => counterpart.listen(0, '127.0.0.1', () => done(undefined))));
after(() => {
  counterpart.closeAllConnections();
  counterpart.close();
});

const NAMES = [
  'failures_say_what_to_do',
  'refusals_of_the_server_carry_what_it_said',
  'answers_that_are_none_are_failures',
  'each_promise_settles_once',
  'a_second_join_is_the_first',
  'throwing_listeners_stop_nobody',
  'a_throwing_logger_stops_nothing',
  'a_throwing_token_provider_fails_the_connecting',
  'throwing_subscribers_stop_nobody',
  'devices_are_turned_on_and_off',
  'a_denied_device_is_a_failure_of_its_own_class',
  'a_hidden_page_is_woken_as_long_as_there_is_a_user',
];
// The page has it, not this folder.
const SCENARIOS = '/page/scenarios.js';

test('none is left out', async () => {
  const app = await here.stranger();

  const names = await app.run(async (place) => (await import(place)).names, SCENARIOS);

  assert.deepEqual(names, NAMES);
});

for (const name of NAMES) {
  test(name.replaceAll('_', ' '), async () => {
    const address = counterpart.address();
    if (!address || typeof address === 'string') throw new Error('no port');
    const app = await here.stranger();
    await app.run(
      async ({ name, place, server }) => {
        const scenarios = await import(place);
        await trunkline.init();
        await scenarios.run(name, server);
      },
      { name, place: SCENARIOS, server: `http://127.0.0.1:${address.port}` },
    );
    await app.page.context().close();
  });
}
