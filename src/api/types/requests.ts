/** Parameters of {@link Call.get}. */
export interface GetCallParams {
  /** Ring all members. */
  ring?: boolean;
  /** Notify all members. */
  notify?: boolean;
  /** How many members the answer holds at most, up to 100. */
  members_limit?: number;
  /** Whether a ring shall say that it is a video call. */
  video?: boolean;
}

/** What {@link Call.join} tells the coordinator. */
export interface JoinCallData extends GetOrCreateCallRequest {
  /** Create the call when it is missing; without it joining a missing call is refused. */
  create?: boolean;
}

/** `T` with every field, at every depth, optional. Lists are given whole. */
export type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> }
    : T;
