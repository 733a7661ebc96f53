// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** A member of a call. */
export interface MemberResponse {
  /** Who. */
  user_id: string;
  /** Who, in full. */
  user: UserResponse;
  /** Role in this call, absent when none was given. */
  role?: string | null;
  /** Belongs to the app. */
  custom: CustomData;
  /** When the member was added. */
  created_at: Timestamp;
  /** When the member was last changed. */
  updated_at: Timestamp;
  /** When the member was removed. */
  deleted_at?: Timestamp | null;
}

/** A member to add or change. */
export interface MemberRequest {
  /** Who. */
  user_id: string;
  /** Role in this call. Absent leaves the stored one. */
  role?: string;
  /** Replaces the stored object. Absent leaves it. */
  custom?: CustomData;
}

/** Adds, changes and removes members. */
export interface UpdateCallMembersRequest {
  /** Added or changed, at most 100. */
  update_members?: MemberRequest[];
  /** User ids, at most 100. */
  remove_members?: string[];
}

/** Members that were added or changed. */
export interface UpdateCallMembersResponse extends ApiResponse {
  /** As they are now. */
  members: MemberResponse[];
}

/** Asks for members of a call. */
export interface QueryCallMembersRequest {
  /** Call type. */
  type: string;
  /** Call id. */
  id: string;
  /** Field → value, or field → operator → value. */
  filter_conditions?: CustomData;
  /** At most 1. */
  sort?: SortParam[];
  /** At most 100, 25 when absent. */
  limit?: number;
  /** Cursor of the page to load, or of the next page in an answer. */
  next?: string;
  /** Cursor of the page to load backwards, or of the page before in an answer. */
  prev?: string;
}

/** Members of a call. */
export interface MembersResponse {
  /** The members asked for. */
  members: MemberResponse[];
  /** Cursor of the page to load, or of the next page in an answer. */
  next?: string | null;
  /** Cursor of the page to load backwards, or of the page before in an answer. */
  prev?: string | null;
}

/** Asks who is in a call. */
export interface QueryCallParticipantsRequest {
  /** Field → value, or field → operator → value. */
  filter_conditions?: CustomData;
}

/** Who is in a call. */
export interface QueryCallParticipantsResponse extends ApiResponse, CallStateResponse {
  /** The participants asked for. */
  participants: CallParticipantResponse[];
  /** How many there are. */
  total_participants: number;
}

/** Answer to `QueryCallMembers`: finds members of a call. */
export interface QueryCallMembersResponse extends ApiResponse, MembersResponse {}

/** Members were added. */
export interface CallMemberAddedEvent extends CallEvent<'call.member_added'> {
  /** The call. */
  call: CallResponse;
  /** The new ones. */
  members: MemberResponse[];
}

/** Custom data of members was changed. */
export interface CallMemberUpdatedEvent extends CallEvent<'call.member_updated'> {
  /** The call. */
  call: CallResponse;
  /** The changed ones. */
  members: MemberResponse[];
}

/** The role of members was changed. */
export interface CallMemberUpdatedPermissionEvent
  extends CallEvent<'call.member_updated_permission'> {
  /** The call. */
  call: CallResponse;
  /** The changed ones. */
  members: MemberResponse[];
  /** Lets clients recompute their own capabilities. */
  capabilities_by_role: Record<string, string[]>;
}

/** Members were removed. */
export interface CallMemberRemovedEvent extends CallEvent<'call.member_removed'> {
  /** The call. */
  call: CallResponse;
  /** Their user ids. */
  members: string[];
}
