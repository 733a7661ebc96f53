// Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

/** A user as a client describes it: `user_details` of the socket, `user` of a guest. */
export interface UserRequest {
  /** Unique in the app. */
  id: string;
  /** Shown to others. Absent leaves the stored one. */
  name?: string;
  /** URL of a picture. Absent leaves the stored one. */
  image?: string;
  /** Language code. Absent leaves the stored one. */
  language?: string;
  /** Replaces the stored object. Absent leaves it. */
  custom?: CustomData;
  /** Hidden from presence. */
  invisible?: boolean;
  /** Chat only. */
  privacy_settings?: CustomData;
}

/** A user as everyone sees it. */
export interface UserResponse {
  /** Unique in the app. */
  id: string;
  /** Shown to others. */
  name?: string | null;
  /** URL of a picture. */
  image?: string | null;
  /** Belongs to the app. */
  custom: CustomData;
  /** Language code, or empty. */
  language: string;
  /** `user`, `guest`, `admin`, or the app's own. */
  role: string;
  /** Teams the user may reach. */
  teams: string[];
  /** Role in each team. */
  teams_role?: Record<string, string> | null;
  /** First seen. */
  created_at: Timestamp;
  /** Last changed. */
  updated_at: Timestamp;
  /** Last connected. */
  last_active?: Timestamp | null;
  /** May not use the app. */
  banned?: boolean | null;
  /** Has an open coordinator socket. */
  online?: boolean | null;
  /** Users this user blocked everywhere. */
  blocked_user_ids: string[];
  /** Chat only. */
  avg_response_time?: number | null;
  /** When the user was put out of use. */
  deactivated_at?: Timestamp | null;
  /** When the user was deleted. */
  deleted_at?: Timestamp | null;
  /** Tokens made before are void. */
  revoke_tokens_issued_before?: Timestamp | null;
}

/** The connected user: `me` of `connection.ok`. */
export interface OwnUserResponse extends UserResponse {
  /** Push devices. */
  devices: DeviceResponse[];
  /** Hidden from presence. */
  invisible?: boolean | null;
  /** Muted users: chat only, empty here. The counters below are zero for the same reason. */
  mutes?: unknown[] | null;
  /** Chat only. */
  channel_mutes?: unknown[] | null;
  /** Chat only. */
  total_unread_count?: number | null;
  /** Chat only. */
  unread_channels?: number | null;
  /** Chat only. */
  unread_count?: number | null;
  /** Chat only. */
  unread_threads?: number | null;
  /** Chat only. */
  total_unread_count_by_team?: Record<string, number> | null;
  /** Chat only. */
  latest_hidden_channels?: string[] | null;
  /** Chat only. */
  privacy_settings?: CustomData | null;
  /** Which push messages the user wants. */
  push_preferences?: CustomData | null;
}

/** Asks for a guest. */
export interface CreateGuestRequest {
  /** What the guest would like to be called. */
  user: UserRequest;
}

/** A guest and their token. */
export interface CreateGuestResponse extends ApiResponse {
  /** Its id differs from the one asked for. */
  user: UserResponse;
  /** JWT of the guest. */
  access_token: string;
}

/** Users to create or change, from the app's backend. */
export interface UpdateUsersRequest {
  /** By user id. */
  users: Record<string, FullUserRequest>;
}

/** A user as the app's backend describes it. What is absent stays as it is. */
export interface FullUserRequest {
  /** The key of the user once more. */
  id?: string;
  /** `user`, `admin`, or the app's own. */
  role?: string;
  /** Teams the user may reach. */
  teams?: string[];
  /** Role in each team. */
  teams_role?: Record<string, string>;
  /** Shown to others. */
  name?: string;
  /** URL of a picture. */
  image?: string;
  /** Language code. */
  language?: string;
  /** Hidden from presence. */
  invisible?: boolean;
  /** Belongs to the app. */
  custom?: CustomData;
}

/** The users as they are now. */
export interface UpdateUsersResponse extends ApiResponse {
  /** By user id. */
  users: Record<string, UserResponse>;
}

/** A device that shall get push messages. */
export interface CreateDeviceRequest {
  /** Address of the device at the provider, at most 255 characters. */
  id: string;
  /** Who carries the messages. */
  push_provider: PushProvider;
  /** Which configuration of the provider. */
  push_provider_name?: string;
  /** The address is one for calls. */
  voip_token?: boolean;
  /** The device itself, whatever its address, at most 255 characters. */
  hardware_id?: string;
}

/** A device that gets push messages. */
export interface DeviceResponse {
  /** Address of the device at the provider. */
  id: string;
  /** Who carries the messages. */
  push_provider: PushProvider;
  /** Which configuration of the provider. */
  push_provider_name?: string | null;
  /** Whose it is. */
  user_id: string;
  /** When it was created. */
  created_at: Timestamp;
  /** The address is one for calls. */
  voip?: boolean | null;
  /** The device itself, whatever its address. */
  hardware_id?: string | null;
  /** The provider does not take messages for it any more. */
  disabled?: boolean | null;
  /** Why. */
  disabled_reason?: string | null;
}

/** The devices of a user. */
export interface ListDevicesResponse extends ApiResponse {
  /** The devices. */
  devices: DeviceResponse[];
}

/** Answer to `CreateDevice`: registers a device for push messages. */
export interface CreateDeviceResponse extends ApiResponse {}

/** Answer to `DeleteDevice`: takes a device off push messages. */
export interface DeleteDeviceResponse extends ApiResponse {}

/** A user was changed. */
export interface UserUpdatedEvent extends BaseEvent<'user.updated'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** Who. */
  user: UserResponse;
}

/** A user went online or offline. */
export interface UserPresenceChangedEvent extends BaseEvent<'user.presence.changed'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** Who. */
  user: UserResponse;
}

/** A user may not use the app any more. */
export interface UserBannedEvent extends BaseEvent<'user.banned'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** Who. */
  user: UserResponse;
  /** Who did it. */
  created_by?: UserResponse | null;
  /** Why. */
  reason?: string | null;
  /** Until when. */
  expiration?: Timestamp | null;
  /** The user is not told. */
  shadow?: boolean | null;
  /** In which team only. */
  team?: string | null;
  /** How often it was done. */
  total_bans?: number | null;
  /** The report behind it. */
  review_queue_item_id?: string | null;
  /** Chat only. */
  cid?: string | null;
  /** Chat only. */
  channel_id?: string | null;
  /** Chat only. */
  channel_type?: string | null;
  /** Chat only. */
  channel_custom?: CustomData | null;
  /** Chat only. */
  channel_member_count?: number | null;
  /** Chat only. */
  channel_message_count?: number | null;
}

/** A user may use the app again. */
export interface UserUnbannedEvent extends BaseEvent<'user.unbanned'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** Who. */
  user: UserResponse;
  /** Who did it. */
  created_by?: UserResponse | null;
  /** The user was not told. */
  shadow?: boolean | null;
  /** In which team only. */
  team?: string | null;
  /** Chat only. */
  cid?: string | null;
  /** Chat only. */
  channel_id?: string | null;
  /** Chat only. */
  channel_type?: string | null;
  /** Chat only. */
  channel_custom?: CustomData | null;
  /** Chat only. */
  channel_member_count?: number | null;
  /** Chat only. */
  channel_message_count?: number | null;
}

/** A user was put out of use. */
export interface UserDeactivatedEvent extends BaseEvent<'user.deactivated'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** Who. */
  user: UserResponse;
  /** Who did it. */
  created_by?: UserResponse | null;
}

/** A user was put into use again. */
export interface UserReactivatedEvent extends BaseEvent<'user.reactivated'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** Who. */
  user: UserResponse;
  /** Who did it. */
  created_by?: UserResponse | null;
}

/** A user was deleted. */
export interface UserDeletedEvent extends BaseEvent<'user.deleted'> {
  /** Belongs to the app. */
  custom: CustomData;
  /** Who. */
  user: UserResponse;
  /** `soft`, `hard` or empty. */
  delete_user: string;
  /** Chat only. */
  delete_conversation: string;
  /** Chat only. */
  delete_conversation_channels: boolean;
  /** Chat only. */
  delete_messages: string;
  /** Nothing of the user is kept. */
  hard_delete: boolean;
  /** Chat only. */
  mark_messages_deleted: boolean;
}

/** The app was changed. */
export interface AppUpdatedEvent extends BaseEvent<'app.updated'> {
  /** What is known of the app. */
  app: CustomData;
  /** Belongs to the app. */
  custom: CustomData;
}
