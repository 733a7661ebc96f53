//! Values with names.
//!
//! Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.

use crate::coordinator::open::named_values;

named_values! {
    /// What a user may do in a call.
    OwnCapability {
        /// Block and unblock users in the call.
        BlockUsers = "block-users",
        /// Change how long a session may last.
        ChangeMaxDuration = "change-max-duration",
        /// Create calls of the type.
        CreateCall = "create-call",
        /// Send reactions.
        CreateReaction = "create-reaction",
        /// Use noise cancellation.
        EnableNoiseCancellation = "enable-noise-cancellation",
        /// End the call for everyone.
        EndCall = "end-call",
        /// Join before the call is live, and stay when it stops.
        JoinBackstage = "join-backstage",
        /// Join the call.
        JoinCall = "join-call",
        /// Join after the call was ended.
        JoinEndedCall = "join-ended-call",
        /// Put a user out of the call.
        KickUser = "kick-user",
        /// Mute others.
        MuteUsers = "mute-users",
        /// Pin a participant for everyone.
        PinForEveryone = "pin-for-everyone",
        /// Load and watch the call.
        ReadCall = "read-call",
        /// Remove members.
        RemoveCallMember = "remove-call-member",
        /// Share the screen.
        Screenshare = "screenshare",
        /// Publish audio.
        SendAudio = "send-audio",
        /// Send captions.
        SendClosedCaptionsCall = "send-closed-captions-call",
        /// Publish video.
        SendVideo = "send-video",
        /// Start HLS and RTMP.
        StartBroadcastCall = "start-broadcast-call",
        /// Start captions.
        StartClosedCaptionsCall = "start-closed-captions-call",
        /// Start recording frames.
        StartFrameRecordCall = "start-frame-record-call",
        /// Start recording each participant.
        StartIndividualRecordCall = "start-individual-record-call",
        /// Start recording raw tracks.
        StartRawRecordCall = "start-raw-record-call",
        /// Start recording the call.
        StartRecordCall = "start-record-call",
        /// Start transcribing.
        StartTranscriptionCall = "start-transcription-call",
        /// Stop HLS and RTMP.
        StopBroadcastCall = "stop-broadcast-call",
        /// Stop captions.
        StopClosedCaptionsCall = "stop-closed-captions-call",
        /// Stop recording frames.
        StopFrameRecordCall = "stop-frame-record-call",
        /// Stop recording each participant.
        StopIndividualRecordCall = "stop-individual-record-call",
        /// Stop recording raw tracks.
        StopRawRecordCall = "stop-raw-record-call",
        /// Stop recording the call.
        StopRecordCall = "stop-record-call",
        /// Stop transcribing.
        StopTranscriptionCall = "stop-transcription-call",
        /// Change custom data and start time, go live and stop.
        UpdateCall = "update-call",
        /// Add and change members.
        UpdateCallMember = "update-call-member",
        /// Grant and revoke permissions of others.
        UpdateCallPermissions = "update-call-permissions",
        /// Change the settings of the call.
        UpdateCallSettings = "update-call-settings",
    }
}

named_values! {
    /// Whether a feature may be used, is off, or starts by itself.
    Mode {
        /// May be started.
        Available = "available",
        /// Cannot be started.
        Disabled = "disabled",
        /// Starts with the call.
        AutoOn = "auto-on",
    }
}

named_values! {
    /// Which camera of a phone is used first.
    CameraFacing {
        /// Towards the user.
        Front = "front",
        /// Away from the user.
        Back = "back",
        /// Not built in.
        External = "external",
    }
}

named_values! {
    /// Which loudspeaker of a phone is used first.
    AudioDevice {
        /// For the room.
        Speaker = "speaker",
        /// For the ear.
        Earpiece = "earpiece",
    }
}

named_values! {
    /// A permission that a participant may ask for, and be granted by others.
    RequestablePermission {
        /// Share the screen.
        Screenshare = "screenshare",
        /// Publish audio.
        SendAudio = "send-audio",
        /// Publish video.
        SendVideo = "send-video",
    }
}

named_values! {
    /// Size of the picture of a recording or broadcast.
    RecordingQuality {
        /// 640 × 360 px
        Q360p = "360p",
        /// 854 × 480 px
        Q480p = "480p",
        /// 1280 × 720 px
        Q720p = "720p",
        /// 1920 × 1080 px
        Q1080p = "1080p",
        /// 2560 × 1440 px
        Q1440p = "1440p",
        /// 360 × 640 px
        Portrait360x640 = "portrait-360x640",
        /// 480 × 854 px
        Portrait480x854 = "portrait-480x854",
        /// 720 × 1280 px
        Portrait720x1280 = "portrait-720x1280",
        /// 1080 × 1920 px
        Portrait1080x1920 = "portrait-1080x1920",
        /// 1440 × 2560 px
        Portrait1440x2560 = "portrait-1440x2560",
    }
}

named_values! {
    /// What a recording holds.
    RecordingType {
        /// The call as one picture.
        Composite = "composite",
        /// Each participant on their own.
        Individual = "individual",
        /// Tracks as they were sent.
        Raw = "raw",
    }
}

named_values! {
    /// What is stored of one participant.
    RecordingOutput {
        /// Microphone.
        AudioOnly = "audio_only",
        /// Camera.
        VideoOnly = "video_only",
        /// Microphone and camera together.
        AudioVideo = "audio_video",
        /// Sound of the screen.
        ScreenshareAudioOnly = "screenshare_audio_only",
        /// Screen.
        ScreenshareVideoOnly = "screenshare_video_only",
        /// Screen with its sound.
        ScreenshareAudioVideo = "screenshare_audio_video",
    }
}

named_values! {
    /// How participants are laid out in a broadcast.
    LayoutName {
        /// One large, the others small.
        Spotlight = "spotlight",
        /// All of one size.
        Grid = "grid",
        /// One only.
        SingleParticipant = "single-participant",
        /// For the screen of a phone.
        Mobile = "mobile",
        /// By a page of the app.
        Custom = "custom",
    }
}

named_values! {
    /// Who carries push messages.
    PushProvider {
        /// Firebase Cloud Messaging.
        Firebase = "firebase",
        /// Apple.
        Apn = "apn",
        /// Huawei.
        Huawei = "huawei",
        /// Xiaomi.
        Xiaomi = "xiaomi",
    }
}
