// Listeners get exactly the event that they asked for.
import type {
  Call,
  CallLeftEvent,
  CallResponse,
  Client,
  ConnectionChangedEvent,
  EventMap,
  EventSource,
  MemberResponse,
  StreamVideoEvent,
  UnknownEvent,
  UserResponse,
} from 'trunkline';

import { exactly } from './exactly.js';

// The name of each event is the type of each event.
type WrongNames = {
  [Name in keyof EventMap]: EventMap[Name]['type'] extends Name ? never : Name;
}[keyof EventMap];
exactly<never>()(undefined as unknown as WrongNames);

export function listen(source: EventSource, call: Call, client: Client) {
  const off = source.on('call.ring', (event) => {
    exactly<EventMap['call.ring']>()(event);
    exactly<'call.ring'>()(event.type);
    exactly<CallResponse>()(event.call);
    exactly<MemberResponse[]>()(event.members);
    exactly<boolean>()(event.video);
    exactly<string>()(event.created_at);
    exactly<Date>()(event.received_at);
  });
  exactly<() => void>()(off);
  call.on('call.left', (event) => exactly<CallLeftEvent>()(event));
  client.on('connection.changed', (event) => exactly<ConnectionChangedEvent>()(event));
  call.on('call.member_removed', (event) => exactly<string[]>()(event.members));
  call.on('custom', (event) => exactly<unknown>()(event.custom['answer']));
  // A listener may return anything.
  call.on('call.updated', async () => call.leave());
}

export function listenToAll(client: Client) {
  client.on('all', (event) => {
    exactly<StreamVideoEvent>()(event);
    switch (event.type) {
      case 'call.accepted':
        exactly<EventMap['call.accepted']>()(event);
        exactly<UserResponse>()(event.user);
        break;
      case 'network.changed':
        exactly<boolean>()(event.online);
        break;
      case 'call.left':
        exactly<string>()(event.reason);
        // @ts-expect-error: not part of this event
        void event.user;
        break;
    }
    // @ts-expect-error: not part of every event
    void event.call;
    // @ts-expect-error: no such event
    if (event.type === 'call.exploded') return;
  });
}

export function listenToTheFuture(client: Client) {
  client.on('call.of_the_future', (event) => {
    exactly<UnknownEvent>()(event);
    exactly<unknown>()(event['payload']);
    exactly<string | undefined>()(event.call_cid);
    // @ts-expect-error: has to be checked before
    event['payload'].length;
  });
}

export function endListening(call: Call) {
  const onRing = (event: EventMap['call.ring']) => exactly<EventMap['call.ring']>()(event);
  const onAll = (event: StreamVideoEvent) => exactly<StreamVideoEvent>()(event);
  call.on('call.ring', onRing);
  exactly<void>()(call.off('call.ring', onRing));
  call.off('all', onAll);
}

export function listenWrongly(call: Call) {
  const onEnded = (event: EventMap['call.ended']) => event.reason;
  // @ts-expect-error: the listener of another event
  call.on('call.ring', onEnded);
  // @ts-expect-error: the listener of another event
  call.off('call.ring', onEnded);
  // @ts-expect-error: nobody knows what this event holds
  call.on('call.of_the_future', onEnded);
  // @ts-expect-error: all events are more than one
  call.on('all', onEnded);
  // @ts-expect-error: the name is a text
  call.on(7, () => {});
  // @ts-expect-error: no listener
  call.on('call.ended');
}
