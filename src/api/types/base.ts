/** Data of the app that nobody else reads: any JSON. Check what you read before you use it. */
export type CustomData = Record<string, unknown>;

/** A moment as the server writes it: RFC 3339. State getters have `Date`s instead. */
export type Timestamp = string;

/** Part of every answer. */
export interface ApiResponse {
  /** How long the server worked, for people. */
  duration: string;
}

/** What every event has. */
export interface BaseEvent<Type extends string = string> {
  /** Name of the event. */
  type: Type;
  /** When the server made it. */
  created_at: Timestamp;
  /** When it arrived here. */
  received_at: Date;
}

/** An event of one call. */
export interface CallEvent<Type extends string = string> extends BaseEvent<Type> {
  /** `type:id` of the call. */
  call_cid: string;
}
