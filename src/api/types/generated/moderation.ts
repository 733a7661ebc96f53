// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** Keeps a user out of the call. */
export interface BlockUserRequest {
  /** Whom. */
  user_id: string;
}

/** Lets a user in again. */
export interface UnblockUserRequest {
  /** Whom. */
  user_id: string;
}

/** Puts a user out of the call. */
export interface KickUserRequest {
  /** Whom. */
  user_id: string;
  /** And keeps them out. */
  block?: boolean;
}

/** Mutes participants, who may unmute themselves. At least one kind must be named. */
export interface MuteUsersRequest {
  /** Whom. */
  user_ids?: string[];
  /** Everybody else. */
  mute_all_users?: boolean;
  /** Microphones. */
  audio?: boolean;
  /** Cameras. */
  video?: boolean;
  /** Screens. */
  screenshare?: boolean;
  /** The sound of screens. */
  screenshare_audio?: boolean;
}

/** Asks for permissions. */
export interface RequestPermissionRequest {
  /** Which. */
  permissions: RequestablePermission[];
}

/** Grants and revokes permissions of one user, in this call. */
export interface UpdateUserPermissionsRequest {
  /** Whose. */
  user_id: string;
  /** Granted. */
  grant_permissions?: RequestablePermission[];
  /** Revoked; the tracks stop too. */
  revoke_permissions?: RequestablePermission[];
}

/** Pins a participant for everyone. */
export interface PinRequest {
  /** Whom. */
  user_id: string;
  /** Which SFU session of theirs. */
  session_id: string;
}

/** Takes back the pin of a participant. */
export interface UnpinRequest {
  /** Whom. */
  user_id: string;
  /** Which SFU session of theirs. */
  session_id: string;
}

/** Answer to `BlockUser`: keeps a user out of the call. */
export interface BlockUserResponse extends ApiResponse {}

/** Answer to `UnblockUser`: lets a user in again. */
export interface UnblockUserResponse extends ApiResponse {}

/** Answer to `KickUser`: puts a user out of the call. */
export interface KickUserResponse extends ApiResponse {}

/** Answer to `MuteUsers`: mutes participants. */
export interface MuteUsersResponse extends ApiResponse {}

/** Answer to `RequestPermission`: asks those in charge for permissions. */
export interface RequestPermissionResponse extends ApiResponse {}

/** Answer to `UpdateUserPermissions`: grants and revokes permissions of a user, for this call. */
export interface UpdateUserPermissionsResponse extends ApiResponse {}

/** Answer to `VideoPin`: pins a participant for everyone. */
export interface PinResponse extends ApiResponse {}

/** Answer to `VideoUnpin`: takes back the pin of a participant. */
export interface UnpinResponse extends ApiResponse {}

/** A user may not enter any more. */
export interface BlockedUserEvent extends CallEvent<'call.blocked_user'> {
  /** Whom it happened to. */
  user: UserResponse;
  /** Who did it. */
  blocked_by_user?: UserResponse | null;
}

/** A user may enter again. */
export interface UnblockedUserEvent extends CallEvent<'call.unblocked_user'> {
  /** Whom it happened to. */
  user: UserResponse;
}

/** A user was put out of the call. */
export interface KickedUserEvent extends CallEvent<'call.kicked_user'> {
  /** Whom it happened to. */
  user: UserResponse;
  /** Who did it. */
  kicked_by_user?: UserResponse | null;
}

/** Users were muted. */
export interface CallUserMutedEvent extends CallEvent<'call.user_muted'> {
  /** Who did it. */
  from_user_id: string;
  /** Whom it happened to. */
  muted_user_ids: string[];
  /** Why. */
  reason: string;
}

/** Moderation asks to blur the video of a user. */
export interface CallModerationBlurEvent extends CallEvent<'call.moderation_blur'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** Whose. */
  user_id: string;
}

/** Moderation warns a user. */
export interface CallModerationWarningEvent extends CallEvent<'call.moderation_warning'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** For the user. */
  message: string;
  /** Whom. */
  user_id: string;
}

/** Somebody asks for permissions. */
export interface PermissionRequestEvent extends CallEvent<'call.permission_request'> {
  /** Which. */
  permissions: string[];
  /** Who. */
  user: UserResponse;
}

/** Permissions of a user were granted or revoked. */
export interface UpdatedCallPermissionsEvent extends CallEvent<'call.permissions_updated'> {
  /** What the user may do now. */
  own_capabilities: OwnCapability[];
  /** Whose they are. */
  user: UserResponse;
}
