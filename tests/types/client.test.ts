// Who may be connected with what.
import trunkline, {
  type Call,
  Client,
  type ClientOptions,
  type ConnectedEvent,
  type ConnectivityPart,
  type ConnectivityReport,
  type IceSummary,
  init,
  initSync,
  type OwnUserResponse,
  StreamVideoClient,
  type StateObservable,
  type TokenProvider,
  type User,
  type VideoError,
} from 'trunkline';
import * as inline from 'trunkline/inline';
import module from 'trunkline/trunkline_bg.wasm';

import { exactly } from './exactly.js';

const apiKey = 'key';
const token = 'token';
const tokenProvider: TokenProvider = async () => token;
const options: ClientOptions = {
  baseURL: 'https://video.example.com/video',
  timeout: 1000,
  logLevel: 'info',
  logOptions: { devices: { level: 'error' }, core: { sink: () => {} } },
  logger: (level, message, ...details) => console[level](message, ...details),
};

export async function load(bytes: ArrayBuffer) {
  exactly<Promise<void>>()(init());
  await init(new URL('https://example.com/trunkline_bg.wasm'));
  await init(fetch('/trunkline_bg.wasm'));
  await init(bytes);
  await init(module);
  initSync(bytes);
  exactly<typeof init>()(trunkline);
  exactly<typeof init>()(inline.init);
  exactly<typeof Client>()(inline.Client);
  exactly<typeof Client>()(StreamVideoClient);
  // @ts-expect-error: not a place of a module
  await init(null);
}

export async function make() {
  exactly<Client>()(new Client(apiKey));
  new Client(apiKey, options);
  new Client({ apiKey, options });
  new Client({ apiKey, user: { id: 'anna' }, token });
  new Client({ apiKey, user: { id: 'anna' }, tokenProvider });
  new Client({ apiKey, user: { id: 'anna', type: 'authenticated' }, token, tokenProvider });
  new Client({ apiKey, user: { id: 'anna', name: 'Anna', custom: { a: 1 } }, token });
  new Client({ apiKey, user: { type: 'guest', id: 'anna' } });
  new Client({ apiKey, user: { type: 'anonymous' } });
  new Client({ apiKey, user: { type: 'anonymous' }, token });
  exactly<Client>()(await Client.connect({ apiKey, user: { id: 'anna' }, tokenProvider, options }));
  const same: StreamVideoClient = new StreamVideoClient(apiKey);
  exactly<Client>()(same);
}

export async function test(client: Client, call: Call, signal: AbortSignal) {
  exactly<Promise<ConnectivityReport>>()(client.testConnectivity());
  const report = await client.testConnectivity({ call, signal });
  exactly<boolean>()(report.ok);
  for (const part of ['rest', 'socket', 'sfu', 'udp', 'turn'] as const) {
    exactly<ConnectivityPart>()(report[part]);
  }
  const { ok, skipped, time, reason } = report.udp;
  exactly<boolean>()(ok);
  exactly<boolean>()(skipped);
  exactly<number>()(time);
  exactly<VideoError | undefined>()(reason);
  const ice = reason?.ice;
  exactly<IceSummary | undefined>()(ice);
  exactly<'open' | 'blocked' | undefined>()(ice?.udp);
  exactly<'missing' | 'udp-only' | 'no-relay' | 'relay' | undefined>()(ice?.turn);
  const [tried] = ice?.tried ?? [];
  exactly<'host' | 'srflx' | 'prflx' | 'relay' | undefined>()(tried?.local.type);
  exactly<'udp' | 'tcp' | undefined>()(tried?.remote.protocol);
  // @ts-expect-error: no option
  await client.testConnectivity({ calls: [call] });
}

export function makeWrongly(user: User) {
  // @ts-expect-error: no key
  new Client({ user: { id: 'anna' }, token });
  // @ts-expect-error: a user needs a token or a provider
  new Client({ apiKey, user: { id: 'anna' } });
  // @ts-expect-error: the same for `connect`
  void Client.connect({ apiKey, user: { id: 'anna' } });
  // @ts-expect-error: nobody knows what kind of user this is
  new Client({ apiKey, user });
  // @ts-expect-error: a token without a user
  new Client({ apiKey, token });
  // @ts-expect-error: a provider without a user
  new Client({ apiKey, tokenProvider });
  // @ts-expect-error: guests get theirs from the coordinator
  new Client({ apiKey, user: { type: 'guest', id: 'anna' }, token });
  // @ts-expect-error: guests get theirs from the coordinator
  new Client({ apiKey, user: { type: 'guest', id: 'anna' }, tokenProvider });
  // @ts-expect-error: no id
  new Client({ apiKey, user: { name: 'Anna' }, token });
  // @ts-expect-error: no such kind of user
  new Client({ apiKey, user: { type: 'robot', id: 'anna' }, token });
  // @ts-expect-error: no such option
  new Client(apiKey, { baseUrl: 'https://video.example.com' });
  // @ts-expect-error: no such part
  new Client(apiKey, { logOptions: { sfu: { level: 'warn' } } });
  // @ts-expect-error: no such level
  new Client(apiKey, { logLevel: 'loud' });
  // @ts-expect-error: a provider gives a token
  new Client({ apiKey, user: { id: 'anna' }, tokenProvider: async () => 7 });
}

export async function use(client: Client) {
  exactly<ConnectedEvent | undefined>()(await client.connectUser({ id: 'anna' }, token));
  await client.connectUser({ id: 'anna' }, tokenProvider);
  await client.connectUser({ type: 'guest', id: 'anna' });
  exactly<Promise<void>>()(client.connected);
  exactly<void>()(await client.disconnectUser());
  exactly<void>()(await client.dispose());
  exactly<void>()(await client[Symbol.asyncDispose]());
  exactly<Call>()(client.call('default', 'standup', { reuseInstance: true }));
  exactly<OwnUserResponse | undefined>()(client.state.connectedUser);
  exactly<StateObservable<OwnUserResponse | undefined>>()(client.state.connectedUser$);
  exactly<readonly Call[]>()(client.state.calls);
  exactly<StateObservable<readonly Call[]>>()(client.state.calls$);
  // @ts-expect-error: a token is a text
  await client.connectUser({ id: 'anna' }, 7);
  // @ts-expect-error: read only
  client.state.connectedUser = undefined;
  // @ts-expect-error: read only
  client.state.calls.push();
  // @ts-expect-error: read only
  client.connected = Promise.resolve();
}
