// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** Body of every refusal, and `error` of a `connection.error` event. */
export interface APIError {
  /** Application code. */
  code: number;
  /** For people: `{Operation} failed with error: "{detail}"`. */
  message: string;
  /** HTTP status. The capital letters are the protocol's. */
  StatusCode: number;
  /** How long the request took, such as `2.57ms`. */
  duration: string;
  /** URL with more information, or empty. */
  more_info: string;
  /** Empty; kept because clients expect the field. */
  details: number[];
  /** What is wrong with which field of the request. */
  exception_fields?: Record<string, string> | null;
  /** True: repeating the request cannot succeed. */
  unrecoverable?: boolean | null;
}

/** First frame of the coordinator socket, sent by the client. */
export interface WSAuthMessage {
  /** JWT of the user. */
  token: string;
  /** Creates or updates the user. */
  user_details: UserRequest;
  /** What the socket is for: `video`, and others this server does not have. */
  products?: string[];
  /** Keys of custom data of members that events shall hold, at most 8. */
  member_custom_include?: string[];
}

/** An SFU and where it stands. */
export interface EdgeResponse {
  /** Name of the SFU. */
  id: string;
  /** URL whose answer time tells the distance. */
  latency_test_url: string;
  /** Degrees. */
  latitude: number;
  /** Degrees. */
  longitude: number;
  /** Two letters, or empty. */
  continent_code: string;
  /** Two letters, or empty. */
  country_iso_code: string;
  /** Empty where not known. */
  subdivision_iso_code: string;
  /** Latency in ms up to which the edge counts as near. */
  green: number;
  /** Latency in ms up to which the edge counts as usable. */
  yellow: number;
  /** Latency in ms from which the edge counts as far. */
  red: number;
}

/** Answer to `GetEdges`. */
export interface GetEdgesResponse extends ApiResponse {
  /** The SFUs. */
  edges: EdgeResponse[];
}

/** Telemetry of a client. */
export interface ReportClientEventRequest {
  /** 1 to 100. */
  events: ClientEvent[];
}

/** How one step of joining went, as the client saw it. */
export interface ClientEvent {
  /** Names the entry. */
  id?: string;
  /** Call type. */
  type?: string;
  /** The session. */
  call_session_id?: string;
  /** The coordinator socket. */
  coordinator_connect_id?: string;
  /** Name of the SFU. */
  sfu_id?: string;
  /** User id. */
  user_id?: string;
  /** Which step, such as `CoordinatorWS`, `WSJoin`, `FirstVideoFrame`. */
  stage?: string;
  /** Ties the beginning of a step to its end. */
  stage_id?: string;
  /** `initiated` or `completed`. */
  event_type?: string;
  /** `success` or `failure`. */
  outcome?: string;
  /** Ties the steps of one join together. */
  join_attempt_id?: string;
  /** Why the client joins: the first time, or again. */
  join_reason?: string;
  /** How long the step took, ms. */
  elapsed_time?: number;
  /** When. */
  timestamp?: Date | string;
  /** Which attempt. */
  retry_count_attempt?: number;
  /** Why the last attempt failed. */
  retry_failure_code?: string;
  /** The same, for people. */
  retry_failure_reason?: string;
  /** State of ICE. */
  ice_state?: string;
  /** `publisher` or `subscriber`. */
  peer_connection?: string;
  /** Which track. */
  track_id?: string;
  /** State of the permission. */
  camera_permission_status?: string;
  /** State of the permission. */
  microphone_permission_status?: string;
  /** State of the permission. */
  screen_share_status?: string;
  /** The peer connection worked before. */
  was_previously_connected?: boolean;
  /** When it did. */
  previously_connected_timestamp?: Date | string;
  /** Version of the SDK. */
  sdk_version?: string;
  /** The browser. */
  user_agent?: string;
}

/** Answer to `ReportClientCallEvent`: takes telemetry of a client. */
export interface ReportClientEventResponse extends ApiResponse {}

/** The socket is authenticated. */
export interface ConnectedEvent extends BaseEvent<'connection.ok'> {
  /** Makes requests watch calls. */
  connection_id: string;
  /** The connected user. */
  me: OwnUserResponse;
}

/** The socket is refused and closes. */
export interface ConnectionErrorEvent extends BaseEvent<'connection.error'> {
  /** Of the refused connection. */
  connection_id: string;
  /** Why. */
  error: APIError;
}

/** Answer to a ping of the client. */
export interface HealthCheckEvent extends BaseEvent<'health.check'> {
  /** Of this connection. */
  connection_id: string;
  /** Empty. */
  custom: CustomData;
  /** The call the ping was about. */
  cid?: string | null;
  /** The connected user. */
  me?: OwnUserResponse | null;
}
