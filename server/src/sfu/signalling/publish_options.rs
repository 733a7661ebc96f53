//! What a participant may publish: one option per track type.

use trunkline_protocol::sfu::models::{
    AudioBitrate, AudioBitrateProfile, Codec, DegradationPreference, PublishOption, TrackType,
    VideoDimension,
};

use super::join_request::Join;
use crate::control::PublishTarget;

/// The options of a joining participant, with the video codecs that it prefers where there are
/// such and its browser has them.
///
/// Clients take zeroes literally (no frames, no layers) and fail to publish a type that has no
/// option, so every type is listed and every field is filled.
pub fn publish_options(join: &Join) -> Vec<PublishOption> {
    let Join { claims, preferred, encodes, .. } = join;
    let codec = |kind| {
        let mut wishes = preferred.iter().filter(|option| option.track_type() == kind);
        let wish = wishes.find_map(|option| {
            let codec = option.codec.as_ref().filter(|codec| encodes.has(&codec.name));
            VideoCodec::of(codec?)
        });
        wish.unwrap_or(VideoCodec::Vp8)
    };
    let camera = PublishOption {
        id: VIDEO_ID,
        max_spatial_layers: 3,
        degradation_preference: DegradationPreference::MaintainFramerate.into(),
        ..video(codec(TrackType::Video), or_default(claims.video, DEFAULT_VIDEO))
    };
    let screen = PublishOption {
        id: SCREEN_SHARE_ID,
        track_type: TrackType::ScreenShare.into(),
        max_spatial_layers: 1,
        // Text that cannot be read is worth less than a picture that moves slowly.
        degradation_preference: DegradationPreference::MaintainResolution.into(),
        ..video(
            codec(TrackType::ScreenShare),
            or_default(claims.screen_share, DEFAULT_SCREEN_SHARE),
        )
    };
    vec![
        audio(AUDIO_ID, TrackType::Audio, VOICE_BITRATE),
        camera,
        screen,
        audio(SCREEN_SHARE_AUDIO_ID, TrackType::ScreenShareAudio, MUSIC_BITRATE),
    ]
}

/// The codecs that are forwarded.
#[derive(Clone, Copy)]
enum VideoCodec {
    Vp8,
    Vp9,
    H264,
    Av1,
}

impl VideoCodec {
    fn of(codec: &Codec) -> Option<Self> {
        match codec.name.to_ascii_lowercase().as_str() {
            "vp8" => Some(Self::Vp8),
            "vp9" => Some(Self::Vp9),
            "h264" => Some(Self::H264),
            "av1" => Some(Self::Av1),
            _ => None,
        }
    }

    fn describe(self) -> Codec {
        let (name, payload_type, fmtp) = match self {
            Self::Vp8 => ("vp8", 96, ""),
            Self::Vp9 => ("vp9", 98, "profile-id=0"),
            Self::H264 => {
                let fmtp = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
                ("h264", 127, fmtp)
            }
            Self::Av1 => ("av1", 45, "level-idx=5;profile=0;tier=0"),
        };
        Codec {
            name: name.to_owned(),
            fmtp: fmtp.to_owned(),
            clock_rate: 90_000,
            payload_type,
            ..Codec::default()
        }
    }

    /// Layers in time are of use only where they come with the codec's own layers in space.
    fn temporal_layers(self) -> i32 {
        match self {
            Self::Vp8 | Self::H264 => 1,
            Self::Vp9 | Self::Av1 => 3,
        }
    }
}

fn audio(id: i32, kind: TrackType, bitrate: i32) -> PublishOption {
    let profile =
        |profile: AudioBitrateProfile, bitrate| AudioBitrate { profile: profile.into(), bitrate };
    PublishOption {
        id,
        track_type: kind.into(),
        codec: Some(Codec {
            name: "opus".to_owned(),
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

fn video(codec: VideoCodec, target: PublishTarget) -> PublishOption {
    PublishOption {
        track_type: TrackType::Video.into(),
        codec: Some(codec.describe()),
        bitrate: i32::try_from(target.bitrate).unwrap_or(i32::MAX),
        fps: 30,
        max_temporal_layers: codec.temporal_layers(),
        video_dimension: Some(VideoDimension { width: target.width, height: target.height }),
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
