//! The built-in call types: settings and grants.
//!
//! Grants follow the public table of the platform. Later additions of the platform are placed next
//! to their nearest relatives: `kick-user` with `block-users`, captions with transcription,
//! `change-max-duration` with `update-call-settings`.

use std::{collections::BTreeSet, sync::LazyLock};

use trunkline_protocol::coordinator::{
    AudioDevice, AudioSettings, BackstageSettings, CallSettings,
    OwnCapability::{
        self, BlockUsers, ChangeMaxDuration, CreateCall, CreateReaction, EnableNoiseCancellation,
        EndCall, JoinBackstage, JoinCall, JoinEndedCall, KickUser, MuteUsers, PinForEveryone,
        ReadCall, RemoveCallMember, Screenshare, SendAudio, SendVideo, StartBroadcastCall,
        StartClosedCaptionsCall, StartRecordCall, StartTranscriptionCall, StopBroadcastCall,
        StopClosedCaptionsCall, StopRecordCall, StopTranscriptionCall, UpdateCall,
        UpdateCallMember, UpdateCallPermissions, UpdateCallSettings,
    },
    RingSettings, ScreensharingSettings, TargetResolution, VideoSettings,
};

/// What a user may be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Permission {
    /// Shown to the client as an own capability.
    Own(OwnCapability),
    /// Give members any role.
    UpdateCallMemberRole,
    /// Send events of the app.
    SendEvent,
    /// See which recordings there are.
    ListRecordings,
    /// See which transcriptions there are.
    ListTranscriptions,
    /// Delete the call.
    DeleteCall,
}

impl Permission {
    /// The own capability that clients know it by, if any.
    pub const fn own(self) -> Option<OwnCapability> {
        match self {
            Self::Own(capability) => Some(capability),
            _ => None,
        }
    }

    /// The name in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own(capability) => capability.as_str(),
            Self::UpdateCallMemberRole => "update-call-member-role",
            Self::SendEvent => "send-event",
            Self::ListRecordings => "list-recordings",
            Self::ListTranscriptions => "list-transcriptions",
            Self::DeleteCall => "delete-call",
        }
    }
}

/// A set of permissions.
pub(super) type Grants = BTreeSet<Permission>;

/// A call type.
#[derive(Debug, PartialEq)]
pub(super) struct CallType {
    pub name: &'static str,
    pub settings: CallSettings,
    user: Grants,
    owner: Grants,
    guest: Grants,
    anonymous: Grants,
}

impl Eq for CallType {}

impl CallType {
    pub fn find(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|call_type| call_type.name == name)
    }

    pub fn all() -> impl Iterator<Item = &'static Self> {
        TYPES.iter()
    }

    /// What a role may do, be it the role of a user or of a member. Roles this server does not know
    /// belong to the app and grant nothing here.
    pub fn granted_to_role(&self, role: &str) -> Grants {
        match role {
            "admin" => self.user.iter().chain(&self.owner).chain(&self.guest).copied().collect(),
            "host" => {
                let directing = self.owner.iter().filter(|grant| **grant != Permission::DeleteCall);
                self.user.iter().chain(directing).copied().collect()
            }
            "moderator" => {
                let moderation = self.owner.iter().filter(|grant| MODERATION.contains(grant));
                self.user.iter().chain(moderation).copied().collect()
            }
            "user" => self.user.clone(),
            "guest" => self.guest.clone(),
            "anonymous" => self.anonymous.clone(),
            "call_member" => own(&[JoinCall, ReadCall]),
            _ => Grants::new(),
        }
    }

    /// What a user may do beyond that in a call of their own.
    pub fn granted_to_owner(&self, role: &str) -> Grants {
        if role == "user" { self.owner.clone() } else { Grants::new() }
    }
}

static TYPES: LazyLock<[CallType; 4]> =
    LazyLock::new(|| [default(), development(), livestream(), audio_room()]);

fn default() -> CallType {
    CallType {
        name: "default",
        settings: CallSettings {
            video: VideoSettings { target_resolution: HD, ..VideoSettings::default() },
            ..CallSettings::default()
        },
        user: with(
            &EVENTS_AND_FILES,
            &[
                CreateCall,
                JoinCall,
                ReadCall,
                JoinEndedCall,
                JoinBackstage,
                EndCall,
                CreateReaction,
                SendAudio,
                SendVideo,
                Screenshare,
                EnableNoiseCancellation,
                RemoveCallMember,
                UpdateCallMember,
                StartBroadcastCall,
                StopBroadcastCall,
                StartRecordCall,
                StopRecordCall,
                StartTranscriptionCall,
                StopTranscriptionCall,
                StartClosedCaptionsCall,
                StopClosedCaptionsCall,
            ],
        ),
        owner: with(
            &OWNERSHIP,
            &[
                BlockUsers,
                KickUser,
                MuteUsers,
                PinForEveryone,
                UpdateCall,
                UpdateCallSettings,
                ChangeMaxDuration,
                UpdateCallPermissions,
            ],
        ),
        guest: with(&EVENTS, &[JoinCall, ReadCall, SendAudio, SendVideo]),
        anonymous: Grants::new(),
    }
}

fn development() -> CallType {
    let mut everything = with(&OWNERSHIP_AND_FILES, OwnCapability::ALL);
    everything.extend(EVENTS);
    CallType {
        name: "development",
        settings: CallSettings {
            video: VideoSettings { target_resolution: FULL_HD, ..VideoSettings::default() },
            ..CallSettings::default()
        },
        user: everything.clone(),
        owner: everything,
        guest: with(&EVENTS, &[JoinCall, ReadCall, SendAudio, SendVideo]),
        anonymous: own(&[JoinCall, ReadCall]),
    }
}

fn livestream() -> CallType {
    CallType {
        name: "livestream",
        settings: CallSettings {
            audio: AudioSettings {
                access_request_enabled: false,
                mic_default_on: false,
                ..speaker()
            },
            video: VideoSettings {
                access_request_enabled: false,
                target_resolution: FULL_HD,
                ..VideoSettings::default()
            },
            screensharing: ScreensharingSettings {
                access_request_enabled: false,
                ..ScreensharingSettings::default()
            },
            ..staged()
        },
        user: with(&EVENTS, &[CreateCall, JoinCall, ReadCall, CreateReaction]),
        owner: with(
            &OWNERSHIP_AND_FILES,
            &[
                BlockUsers,
                KickUser,
                EndCall,
                JoinBackstage,
                JoinEndedCall,
                MuteUsers,
                PinForEveryone,
                RemoveCallMember,
                SendAudio,
                SendVideo,
                Screenshare,
                EnableNoiseCancellation,
                StartBroadcastCall,
                StopBroadcastCall,
                StartRecordCall,
                StopRecordCall,
                UpdateCall,
                UpdateCallMember,
                UpdateCallPermissions,
            ],
        ),
        guest: Grants::new(),
        anonymous: own(&[JoinCall, ReadCall]),
    }
}

fn audio_room() -> CallType {
    CallType {
        name: "audio_room",
        settings: CallSettings {
            audio: AudioSettings { mic_default_on: false, ..speaker() },
            video: VideoSettings {
                access_request_enabled: false,
                camera_default_on: false,
                enabled: false,
                ..VideoSettings::default()
            },
            screensharing: ScreensharingSettings {
                access_request_enabled: false,
                enabled: false,
                target_resolution: None,
            },
            ..staged()
        },
        user: with(&EVENTS, &[CreateCall, JoinCall, ReadCall, CreateReaction]),
        owner: with(
            &OWNERSHIP_AND_FILES,
            &[
                BlockUsers,
                KickUser,
                EndCall,
                JoinBackstage,
                JoinEndedCall,
                MuteUsers,
                RemoveCallMember,
                SendAudio,
                EnableNoiseCancellation,
                StartBroadcastCall,
                StopBroadcastCall,
                StartRecordCall,
                StopRecordCall,
                StartTranscriptionCall,
                StopTranscriptionCall,
                StartClosedCaptionsCall,
                StopClosedCaptionsCall,
                UpdateCall,
                UpdateCallMember,
                UpdateCallSettings,
                ChangeMaxDuration,
                UpdateCallPermissions,
            ],
        ),
        guest: Grants::new(),
        anonymous: own(&[JoinCall, ReadCall]),
    }
}

fn speaker() -> AudioSettings {
    AudioSettings { default_device: AudioDevice::Speaker.into(), ..AudioSettings::default() }
}

/// A call with a stage: starts in backstage and is not rung.
fn staged() -> CallSettings {
    CallSettings {
        backstage: BackstageSettings { enabled: true, join_ahead_time_seconds: 0 },
        ring: RingSettings {
            auto_cancel_timeout_ms: 0,
            incoming_call_timeout_ms: 0,
            ..RingSettings::default()
        },
        ..CallSettings::default()
    }
}

fn own(capabilities: &[OwnCapability]) -> Grants {
    capabilities.iter().copied().map(Permission::Own).collect()
}

fn with(others: &[Permission], capabilities: &[OwnCapability]) -> Grants {
    let mut grants = own(capabilities);
    grants.extend(others);
    grants
}

/// What only the owner may beyond own capabilities. Without the first nobody could name a host
/// after the creation.
const OWNERSHIP: [Permission; 2] = [Permission::UpdateCallMemberRole, Permission::DeleteCall];
const OWNERSHIP_AND_FILES: [Permission; 4] = [
    Permission::UpdateCallMemberRole,
    Permission::DeleteCall,
    Permission::ListRecordings,
    Permission::ListTranscriptions,
];
const EVENTS: [Permission; 1] = [Permission::SendEvent];
const EVENTS_AND_FILES: [Permission; 3] =
    [Permission::SendEvent, Permission::ListRecordings, Permission::ListTranscriptions];

/// What a laptop can encode in three layers while it decodes the others. The platform's own default,
/// 2560×1440, is more than that: the encoder falls behind and every layer suffers.
const HD: TargetResolution = TargetResolution { width: 1280, height: 720, bitrate: 1_500_000 };
const FULL_HD: TargetResolution =
    TargetResolution { width: 1920, height: 1080, bitrate: 3_000_000 };

/// What a moderator takes over from the owner.
const MODERATION: [Permission; 9] = [
    Permission::Own(BlockUsers),
    Permission::Own(KickUser),
    Permission::Own(MuteUsers),
    Permission::Own(PinForEveryone),
    Permission::Own(JoinBackstage),
    Permission::Own(SendAudio),
    Permission::Own(SendVideo),
    Permission::Own(RemoveCallMember),
    Permission::Own(UpdateCallPermissions),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_types_with_a_stage_start_in_backstage() {
        let staged: Vec<_> = CallType::all()
            .filter(|call_type| call_type.settings.backstage.enabled)
            .map(|call_type| call_type.name)
            .collect();
        assert_eq!(staged, ["livestream", "audio_room"]);
    }

    #[test]
    fn a_default_call_asks_for_what_a_laptop_can_encode() {
        let target = &CallType::find("default").unwrap().settings.video.target_resolution;
        assert_eq!((target.width, target.height, target.bitrate), (1280, 720, 1_500_000));
    }

    #[test]
    fn viewers_of_a_livestream_watch_and_the_owner_directs() {
        let livestream = CallType::find("livestream").unwrap();
        let viewer = livestream.granted_to_role("user");
        let owner = livestream.granted_to_owner("user");
        for permission in [EndCall, JoinEndedCall, JoinBackstage, SendVideo, UpdateCall] {
            assert!(!viewer.contains(&Permission::Own(permission)), "{permission:?}");
            assert!(owner.contains(&Permission::Own(permission)), "{permission:?}");
        }
        assert!(livestream.granted_to_role("guest").is_empty());
        assert!(livestream.granted_to_role("app-defined").is_empty());
    }

    #[test]
    fn in_a_default_call_users_end_and_join_ended_and_guests_do_not() {
        let default = CallType::find("default").unwrap();
        let (user, guest) = (default.granted_to_role("user"), default.granted_to_role("guest"));
        for permission in [EndCall, JoinEndedCall] {
            assert!(user.contains(&Permission::Own(permission)));
            assert!(!guest.contains(&Permission::Own(permission)));
        }
        assert!(!user.contains(&Permission::Own(UpdateCall)));
    }
}
