// Every snippet of the guide "Joining & Creating Calls" type-checks as an app writes it.
import {
  type Call,
  CallingState,
  type CallSettingsResponse,
  type Client,
  type CustomData,
  type EndCallResponse,
  type GetCallResponse,
  type GetOrCreateCallResponse,
  type GoLiveResponse,
  type MemberResponse,
  OwnCapability,
  RecordSettingsRequestModeEnum,
  type StopLiveResponse,
  type UpdateCallMembersResponse,
  type UpdateCallResponse,
  type UserResponse,
} from 'trunkline';

import { exactly } from './exactly.js';

declare const client: Client;

export async function createAndLoad() {
  const call = client.call('default', 'test-call');
  exactly<Call>()(call);
  exactly<string>()(call.cid);

  exactly<GetOrCreateCallResponse>()(await call.getOrCreate());
  exactly<GetOrCreateCallResponse>()(await call.create({ ring: true }));
  exactly<GetCallResponse>()(await call.get());
  exactly<GetCallResponse>()(await call.get({ members_limit: 10 }));

  const { created, members, own_capabilities } = await call.getOrCreate({
    ring: true,
    notify: true,
    data: {
      starts_at: new Date(2027, 1, 1),
      team: 'red',
      custom: { color: 'blue', nested: [{ any: null }] },
      members: [{ user_id: 'charlie', role: 'admin', custom: { title: 'Boss' } }, { user_id: 'b' }],
      settings_override: {
        audio: { mic_default_on: true, default_device: 'speaker' },
        backstage: { enabled: true, join_ahead_time_seconds: 300 },
        recording: { mode: RecordSettingsRequestModeEnum.DISABLED },
      },
    },
  });
  exactly<boolean>()(created);
  exactly<MemberResponse[]>()(members);
  exactly<OwnCapability[]>()(own_capabilities);
}

export async function joinAndLeave(call: Call) {
  exactly<void>()(await call.join());
  exactly<void>()(await call.join({ create: true, data: { custom: {} } }));
  await call.join({
    create: true,
    ring: true,
    notify: true,
    video: true,
    members_limit: 5,
    maxJoinRetries: 2,
    joinResponseTimeout: 1000,
    rpcRequestTimeout: 1000,
  });
  if (call.state.callingState === CallingState.JOINED) {
    exactly<void>()(await call.leave());
  }
  await call.leave({ reason: 'decline', message: 'bye' });
  exactly<EndCallResponse>()(await call.endCall());
  exactly<boolean>()(call.can(OwnCapability.JOIN_ENDED_CALL));
}

export async function change(call: Call) {
  exactly<UpdateCallResponse>()(
    await call.update({
      custom: { color: 'red' },
      settings_override: {
        recording: { mode: RecordSettingsRequestModeEnum.DISABLED, quality: '720p' },
      },
    }),
  );
  exactly<UpdateCallMembersResponse>()(
    await call.updateCallMembers({
      update_members: [{ user_id: 'sara', role: 'admin' }, { user_id: 'emily' }],
      remove_members: ['charlie'],
    }),
  );
  exactly<GoLiveResponse>()(await call.goLive());
  exactly<GoLiveResponse>()(await call.goLive({ start_recording: true }, { notify: true }));
  exactly<StopLiveResponse>()(await call.stopLive({ continue_recording: true }));
}

export function read(call: Call) {
  const { state } = call;
  exactly<CallingState>()(state.callingState);
  exactly<CustomData>()(state.custom);
  exactly<unknown>()(state.custom['color']);
  exactly<CallSettingsResponse | undefined>()(state.settings);
  exactly<readonly MemberResponse[]>()(state.members);
  exactly<readonly OwnCapability[]>()(state.ownCapabilities);
  exactly<UserResponse | undefined>()(state.createdBy);
  exactly<UserResponse | undefined>()(state.endedBy);
  exactly<Date | undefined>()(state.startsAt);
  exactly<Date | undefined>()(state.endedAt);
  exactly<boolean>()(state.backstage);
  exactly<string | undefined>()(state.team);
}

// The camelCase names of the guide's table of options.
export const aliases = (call: Call) =>
  call.getOrCreate({
    data: { startsAt: '2027-01-01T00:00:00Z', settings: { video: { enabled: false } } },
  });

export async function wrong(call: Call) {
  // @ts-expect-error: `ring` stands beside `data`
  await call.getOrCreate({ data: { ring: true } });
  // @ts-expect-error: `notify` stands beside `data`
  await call.join({ data: { notify: true } });
  // @ts-expect-error: an update changes a call, it does not make one
  await call.update({ members: [] });
  // @ts-expect-error: members are named by `user_id`
  await call.updateCallMembers({ update_members: [{ id: 'sara' }] });
  // @ts-expect-error: user ids
  await call.updateCallMembers({ remove_members: [{ user_id: 'sara' }] });
  // @ts-expect-error: a mode is one of three words
  await call.update({ settings_override: { recording: { mode: 'on' } } });
  // @ts-expect-error: settings have known names
  await call.update({ settings_override: { recordings: {} } });
  // @ts-expect-error: a setting is not a text
  await call.update({ settings_override: { audio: { mic_default_on: 'yes' } } });
  // @ts-expect-error: a date is a `Date` or a text
  await call.update({ starts_at: 1_800_000_000_000 });
  // @ts-expect-error: a number of attempts
  await call.join({ maxJoinRetries: '3' });
  // @ts-expect-error: no such capability
  call.can('fly');
  // @ts-expect-error: a call has a type and an id
  client.call('default');
}
