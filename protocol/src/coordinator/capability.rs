//! What the current user may do in a call.

use serde::{Serialize, Serializer};

/// One entry of `own_capabilities`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OwnCapability {
    /// Block and unblock users in the call.
    BlockUsers,
    /// Change how long a session may last.
    ChangeMaxDuration,
    /// Create calls of the type.
    CreateCall,
    /// Send reactions.
    CreateReaction,
    /// Use noise cancellation.
    EnableNoiseCancellation,
    /// End the call for everyone.
    EndCall,
    /// Join before the call is live, and stay when it stops.
    JoinBackstage,
    /// Join the call.
    JoinCall,
    /// Join after the call was ended.
    JoinEndedCall,
    /// Put a user out of the call.
    KickUser,
    /// Mute others.
    MuteUsers,
    /// Pin a participant for everyone.
    PinForEveryone,
    /// Load and watch the call.
    ReadCall,
    /// Remove members.
    RemoveCallMember,
    /// Share the screen.
    Screenshare,
    /// Publish audio.
    SendAudio,
    /// Send captions.
    SendClosedCaptionsCall,
    /// Publish video.
    SendVideo,
    /// Start HLS and RTMP.
    StartBroadcastCall,
    /// Start captions.
    StartClosedCaptionsCall,
    /// Start recording frames.
    StartFrameRecordCall,
    /// Start recording each participant.
    StartIndividualRecordCall,
    /// Start recording raw tracks.
    StartRawRecordCall,
    /// Start recording the call.
    StartRecordCall,
    /// Start transcribing.
    StartTranscriptionCall,
    /// Stop HLS and RTMP.
    StopBroadcastCall,
    /// Stop captions.
    StopClosedCaptionsCall,
    /// Stop recording frames.
    StopFrameRecordCall,
    /// Stop recording each participant.
    StopIndividualRecordCall,
    /// Stop recording raw tracks.
    StopRawRecordCall,
    /// Stop recording the call.
    StopRecordCall,
    /// Stop transcribing.
    StopTranscriptionCall,
    /// Change custom data and start time, go live and stop.
    UpdateCall,
    /// Add and change members.
    UpdateCallMember,
    /// Grant and revoke permissions of others.
    UpdateCallPermissions,
    /// Change the settings of the call.
    UpdateCallSettings,
}

impl OwnCapability {
    /// Every capability, by name.
    pub const ALL: [Self; 36] = [
        Self::BlockUsers,
        Self::ChangeMaxDuration,
        Self::CreateCall,
        Self::CreateReaction,
        Self::EnableNoiseCancellation,
        Self::EndCall,
        Self::JoinBackstage,
        Self::JoinCall,
        Self::JoinEndedCall,
        Self::KickUser,
        Self::MuteUsers,
        Self::PinForEveryone,
        Self::ReadCall,
        Self::RemoveCallMember,
        Self::Screenshare,
        Self::SendAudio,
        Self::SendClosedCaptionsCall,
        Self::SendVideo,
        Self::StartBroadcastCall,
        Self::StartClosedCaptionsCall,
        Self::StartFrameRecordCall,
        Self::StartIndividualRecordCall,
        Self::StartRawRecordCall,
        Self::StartRecordCall,
        Self::StartTranscriptionCall,
        Self::StopBroadcastCall,
        Self::StopClosedCaptionsCall,
        Self::StopFrameRecordCall,
        Self::StopIndividualRecordCall,
        Self::StopRawRecordCall,
        Self::StopRecordCall,
        Self::StopTranscriptionCall,
        Self::UpdateCall,
        Self::UpdateCallMember,
        Self::UpdateCallPermissions,
        Self::UpdateCallSettings,
    ];

    /// The name on the wire, such as `send-audio`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BlockUsers => "block-users",
            Self::ChangeMaxDuration => "change-max-duration",
            Self::CreateCall => "create-call",
            Self::CreateReaction => "create-reaction",
            Self::EnableNoiseCancellation => "enable-noise-cancellation",
            Self::EndCall => "end-call",
            Self::JoinBackstage => "join-backstage",
            Self::JoinCall => "join-call",
            Self::JoinEndedCall => "join-ended-call",
            Self::KickUser => "kick-user",
            Self::MuteUsers => "mute-users",
            Self::PinForEveryone => "pin-for-everyone",
            Self::ReadCall => "read-call",
            Self::RemoveCallMember => "remove-call-member",
            Self::Screenshare => "screenshare",
            Self::SendAudio => "send-audio",
            Self::SendClosedCaptionsCall => "send-closed-captions-call",
            Self::SendVideo => "send-video",
            Self::StartBroadcastCall => "start-broadcast-call",
            Self::StartClosedCaptionsCall => "start-closed-captions-call",
            Self::StartFrameRecordCall => "start-frame-record-call",
            Self::StartIndividualRecordCall => "start-individual-record-call",
            Self::StartRawRecordCall => "start-raw-record-call",
            Self::StartRecordCall => "start-record-call",
            Self::StartTranscriptionCall => "start-transcription-call",
            Self::StopBroadcastCall => "stop-broadcast-call",
            Self::StopClosedCaptionsCall => "stop-closed-captions-call",
            Self::StopFrameRecordCall => "stop-frame-record-call",
            Self::StopIndividualRecordCall => "stop-individual-record-call",
            Self::StopRawRecordCall => "stop-raw-record-call",
            Self::StopRecordCall => "stop-record-call",
            Self::StopTranscriptionCall => "stop-transcription-call",
            Self::UpdateCall => "update-call",
            Self::UpdateCallMember => "update-call-member",
            Self::UpdateCallPermissions => "update-call-permissions",
            Self::UpdateCallSettings => "update-call-settings",
        }
    }
}

impl Serialize for OwnCapability {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
