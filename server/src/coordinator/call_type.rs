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
            "host" => self.user.union(&self.owner).copied().collect(),
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
        settings: CallSettings::default(),
        user: own(&[
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
        ]),
        // Without `update-call-member-role` nobody could name a host after the creation.
        owner: with_member_roles(&[
            BlockUsers,
            KickUser,
            MuteUsers,
            PinForEveryone,
            UpdateCall,
            UpdateCallSettings,
            ChangeMaxDuration,
            UpdateCallPermissions,
        ]),
        guest: own(&[JoinCall, ReadCall, SendAudio, SendVideo]),
        anonymous: Grants::new(),
    }
}

fn development() -> CallType {
    let everything = with_member_roles(OwnCapability::ALL);
    CallType {
        name: "development",
        settings: CallSettings {
            video: VideoSettings { target_resolution: FULL_HD, ..VideoSettings::default() },
            ..CallSettings::default()
        },
        user: everything.clone(),
        owner: everything,
        guest: own(&[JoinCall, ReadCall, SendAudio, SendVideo]),
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
        user: own(&[CreateCall, JoinCall, ReadCall, CreateReaction]),
        owner: with_member_roles(&[
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
        ]),
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
        user: own(&[CreateCall, JoinCall, ReadCall, CreateReaction]),
        owner: with_member_roles(&[
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
        ]),
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

fn with_member_roles(capabilities: &[OwnCapability]) -> Grants {
    let mut grants = own(capabilities);
    grants.insert(Permission::UpdateCallMemberRole);
    grants
}

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
