//! What a participant may publish: one option per track type.

use trunkline_protocol::sfu::models::{
    AudioBitrate, AudioBitrateProfile, Codec, DegradationPreference, PublishOption, TrackType,
    VideoDimension,
};

use crate::sfu::token::{PublishTarget, SfuClaims};

/// The options of a joining participant.
///
/// Clients take zeroes literally (no frames, no layers) and fail to publish a type that has no
/// option, so every type is listed and every field is filled.
pub fn publish_options(claims: &SfuClaims) -> Vec<PublishOption> {
    vec![
        audio(AUDIO_ID, TrackType::Audio, VOICE_BITRATE),
        video(VIDEO_ID, TrackType::Video, or_default(claims.video, DEFAULT_VIDEO), 3),
        video(
            SCREEN_SHARE_ID,
            TrackType::ScreenShare,
            or_default(claims.screen_share, DEFAULT_SCREEN_SHARE),
            1,
        ),
        audio(SCREEN_SHARE_AUDIO_ID, TrackType::ScreenShareAudio, MUSIC_BITRATE),
    ]
}

/// The id of the one option of a track type; 0 for no type.
pub fn option_id(kind: TrackType) -> i32 {
    match kind {
        TrackType::Unspecified => 0,
        TrackType::Audio => AUDIO_ID,
        TrackType::Video => VIDEO_ID,
        TrackType::ScreenShare => SCREEN_SHARE_ID,
        TrackType::ScreenShareAudio => SCREEN_SHARE_AUDIO_ID,
    }
}

/// Name of the codec of a track type.
pub fn codec_name(kind: TrackType) -> &'static str {
    if crate::sfu::ids::is_audio(kind) { "opus" } else { "vp8" }
}

fn audio(id: i32, kind: TrackType, bitrate: i32) -> PublishOption {
    let profile =
        |profile: AudioBitrateProfile, bitrate| AudioBitrate { profile: profile.into(), bitrate };
    PublishOption {
        id,
        track_type: kind.into(),
        codec: Some(Codec {
            name: codec_name(kind).to_owned(),
            fmtp: "minptime=10;useinbandfec=1".to_owned(),
            clock_rate: 48_000,
            encoding_parameters: "2".to_owned(),
            payload_type: 111,
        }),
        bitrate,
        audio_bitrate_profiles: vec![
            profile(AudioBitrateProfile::VoiceStandardUnspecified, VOICE_BITRATE),
            profile(AudioBitrateProfile::VoiceHighQuality, MUSIC_BITRATE),
            profile(AudioBitrateProfile::MusicHighQuality, MUSIC_BITRATE),
        ],
        ..PublishOption::default()
    }
}

fn video(id: i32, kind: TrackType, target: PublishTarget, layers: i32) -> PublishOption {
    PublishOption {
        id,
        track_type: kind.into(),
        codec: Some(Codec {
            name: codec_name(kind).to_owned(),
            clock_rate: 90_000,
            payload_type: 96,
            ..Codec::default()
        }),
        bitrate: i32::try_from(target.bitrate).unwrap_or(i32::MAX),
        fps: 30,
        max_spatial_layers: layers,
        max_temporal_layers: 1,
        video_dimension: Some(VideoDimension { width: target.width, height: target.height }),
        degradation_preference: DegradationPreference::MaintainFramerate.into(),
        ..PublishOption::default()
    }
}

fn or_default(target: PublishTarget, default: PublishTarget) -> PublishTarget {
    let or = |value, default| if value == 0 { default } else { value };
    PublishTarget {
        width: or(target.width, default.width),
        height: or(target.height, default.height),
        bitrate: or(target.bitrate, default.bitrate),
    }
}

const AUDIO_ID: i32 = 1;
const VIDEO_ID: i32 = 2;
const SCREEN_SHARE_ID: i32 = 3;
const SCREEN_SHARE_AUDIO_ID: i32 = 4;

const VOICE_BITRATE: i32 = 64_000;
const MUSIC_BITRATE: i32 = 128_000;

const DEFAULT_VIDEO: PublishTarget = PublishTarget { width: 1280, height: 720, bitrate: 1_250_000 };
const DEFAULT_SCREEN_SHARE: PublishTarget =
    PublishTarget { width: 1920, height: 1080, bitrate: 2_500_000 };
