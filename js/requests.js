/**
 * The operations of calls and clients that are one request each. Types and documentation:
 * `types/call.d.ts` and `types/client.d.ts`.
 */
import { describeAgent } from './agent.js';
import { VideoError, invalidArgument } from './errors.js';
import { copyObject, promised, readField } from './input.js';

/** What an answer does to the state of a call, in the order of `Then` of the core. */
export const [
  NOTHING,
  LOAD,
  RING,
  RING_MEMBERS,
  CHANGE,
  MEMBERS,
  CAPTIONS_ON,
  CAPTIONS_OFF,
  ACCEPT,
  REJECT,
] = Array(10).keys();

/** In the order of `Method` of the core. */
export const [GET, POST, PATCH, DELETE] = Array(4).keys();

/**
 * Gives a class a method for each entry of a table: `[path, body, then, method]`, of which path and
 * body may be functions of the arguments and of `this`.
 *
 * @param send `(object, method, path, body, doing, then)` sends it and returns a promise
 */
export function defineRequests(Class, table, send) {
  for (const name in table) {
    const [path, body = none, then = NOTHING, method = POST] = table[name];
    Class.prototype[name] = function (...args) {
      return promised(() => {
        const object = copyObject(body.apply(this, args), name);
        const target = typeof path === 'string' ? path : path.apply(this, args);
        const carries = method === POST || method === PATCH;
        return send(this, method, target, carries ? (object ?? {}) : undefined, name, then);
      });
    };
  }
}

/** The query that carries the fields of `params`, without those that are absent. */
export function query(params = {}) {
  const given = Object.entries(params ?? {}).filter(([, value]) => value !== undefined);
  return given.length > 0 ? `?${new URLSearchParams(given)}` : '';
}

/** Checks the data of a call and names its fields as the wire does. */
export function callData(data) {
  if (data === undefined) return undefined;
  for (const key of ['ring', 'notify']) {
    if (key in data) {
      const hint = `Put it beside \`data\`: { ${key}: true, data: { … } }.`;
      throw invalidArgument(`\`${key}\` stands inside \`data\``, undefined, hint);
    }
  }
  for (const alias in ALIASES) {
    if (!(alias in data)) continue;
    const name = ALIASES[alias];
    if (name in data) {
      const hint = 'Give one of them; they mean the same.';
      throw invalidArgument(`both \`${alias}\` and \`${name}\` are given`, undefined, hint);
    }
    data[name] = data[alias];
    delete data[alias];
  }
  return data;
}

/** Requests of a call. Paths that do not begin with a slash are below that of the call. */
export const CALL_REQUESTS = {
  update: ['', (request) => callData(copyObject(request, 'update')), CHANGE, PATCH],
  delete: ['delete', given, CHANGE],
  endCall: ['mark_ended'],
  ring: ['ring', given, RING_MEMBERS],
  accept: ['accept', none, ACCEPT],
  reject: ['reject', (reason = 'decline') => ({ reason: text(reason, 'the reason') }), REJECT],
  goLive: [(_, params) => `go_live${query(pick(params, ['notify'], 'goLive'))}`, given, CHANGE],
  stopLive: ['stop_live', given, CHANGE],

  updateCallMembers: ['members', given, MEMBERS],
  queryMembers: [
    '/call/members',
    function (request) {
      return { ...request, type: this.type, id: this.id };
    },
  ],
  queryParticipants: [
    (_, params) => `participants${query(pick(params, ['limit'], 'queryParticipants', 'number'))}`,
    given,
  ],

  blockUser: ['block', user],
  unblockUser: ['unblock', user],
  kickUser: ['kick', given],
  muteUser: ['mute_users', mute],
  muteSelf: [
    'mute_users',
    function (type) {
      return mute(this.currentUserId, type);
    },
  ],
  muteAllUsers: ['mute_users', (type) => ({ mute_all_users: true, [muteKind(type)]: true })],
  requestPermissions: [
    'request_permission',
    function (request) {
      for (const permission of request?.permissions ?? []) {
        if (!this.permissionsContext.canRequest(permission)) throw notRequestable(permission);
      }
      return request;
    },
  ],
  updateUserPermissions: ['user_permissions', given],
  grantPermissions: [
    'user_permissions',
    (userId, permissions) => ({ ...user(userId), grant_permissions: permissions }),
  ],
  revokePermissions: [
    'user_permissions',
    (userId, permissions) => ({ ...user(userId), revoke_permissions: permissions }),
  ],
  pinForEveryone: ['pin', given],
  unpinForEveryone: ['unpin', given],

  sendReaction: ['reaction', given],
  sendCustomEvent: ['event', (payload) => ({ custom: payload })],

  startRecording: [
    (first, type) => recording('start', typeof first === 'string' ? first : type),
    (first) => (typeof first === 'string' ? undefined : first),
  ],
  stopRecording: [(type) => recording('stop', type)],
  listRecordings: [(sessionId) => files(sessionId, 'recordings'), none, NOTHING, GET],
  deleteRecording: [
    (sessionId, file) => `${files(sessionId, 'recordings')}/${segment(file)}`,
    none,
    NOTHING,
    DELETE,
  ],
  startTranscription: ['start_transcription', given],
  stopTranscription: ['stop_transcription', given],
  listTranscriptions: ['transcriptions', none, NOTHING, GET],
  deleteTranscription: [
    (sessionId, file) => `${files(sessionId, 'transcriptions')}/${segment(file)}`,
    none,
    NOTHING,
    DELETE,
  ],
  startClosedCaptions: ['start_closed_captions', given, CAPTIONS_ON],
  stopClosedCaptions: ['stop_closed_captions', given, CAPTIONS_OFF],
  startFrameRecording: ['start_frame_recording', given],
  stopFrameRecording: ['stop_frame_recording'],
  startHLS: ['start_broadcasting'],
  stopHLS: ['stop_broadcasting'],
  startRTMPBroadcasts: ['rtmp_broadcasts', given],
  stopRTMPBroadcast: [(name) => `rtmp_broadcasts/${segment(name)}/stop`],
  stopAllRTMPBroadcasts: ['rtmp_broadcasts/stop'],
  getCallReport: [(session_id) => `report${query({ session_id })}`, none, NOTHING, GET],
};

/** Says of a client's request that it needs no user. */
export const PUBLIC = 1;

/** Requests of a client. */
export const CLIENT_REQUESTS = {
  createGuestUser: ['/guest', given, PUBLIC],
  queryCallStats: ['/call/stats', given],
  queryAggregateCallStats: ['/stats', given],
  edges: ['/edges', none, NOTHING, GET],
  addDevice: ['/devices', device],
  addVoipDevice: ['/devices', (...args) => ({ ...device(...args), voip_token: true })],
  getDevices: ['/devices', none, NOTHING, GET],
  removeDevice: [(id) => `/devices${query({ id: text(id, 'the id') })}`, none, NOTHING, DELETE],
};

const ALIASES = { startsAt: 'starts_at', settings: 'settings_override' };

const MUTE_KINDS = ['audio', 'video', 'screenshare', 'screenshare_audio'];

function given(request) {
  return request;
}

function none() {}

function text(value, what) {
  if (typeof value !== 'string' || value === '') throw invalidArgument(`${what} is no text`);
  return value;
}

function segment(value) {
  return encodeURIComponent(text(value, 'a part of the path'));
}

/** Those of the fields that are there; all of one type. */
export function pick(params, keys, what, type = 'boolean') {
  return Object.fromEntries(keys.map((key) => [key, readField(params, key, type, what)]));
}

function user(userId) {
  return { user_id: text(userId, 'the user id') };
}

function mute(userIds, type) {
  const user_ids = [userIds].flat().map((userId) => text(userId, 'the user id'));
  return { user_ids, [muteKind(type)]: true };
}

/** Checks what is to be muted. */
export function muteKind(type) {
  if (!MUTE_KINDS.includes(type)) throw invalidArgument(`the kind is none of ${MUTE_KINDS}`);
  return type;
}

function notRequestable(permission) {
  return new VideoError(`the call takes no requests for ${permission}`, {
    code: 'permission-denied',
    category: 'permission',
    hint: 'Requests are allowed by `access_request_enabled` in the settings; load the call before.',
    retryable: false,
    unrecoverable: true,
    attempts: Object.freeze([]),
  });
}

/** Without a type it is the composite recording, under the older path. */
function recording(verb, type) {
  return type === undefined ? `${verb}_recording` : `recordings/${segment(type)}/${verb}`;
}

function files(sessionId, kind) {
  return sessionId === undefined ? kind : `${segment(sessionId)}/${kind}`;
}

function device(id, push_provider, push_provider_name) {
  return { id: text(id, 'the id'), push_provider, push_provider_name };
}

/** The body of feedback, from this version and the last session. */
export function readFeedback(rating, { reason, custom } = {}, version, sessionId) {
  if (![1, 2, 3, 4, 5].includes(rating)) throw invalidArgument('the rating is none of 1 to 5');
  return {
    rating,
    reason,
    sdk: 'trunkline-js',
    sdk_version: version,
    user_session_id: sessionId,
    custom: { ...custom, 'x-stream-platform-data': describeAgent() },
  };
}
