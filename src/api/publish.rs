//! Reads what an app publishes by itself.

use std::rc::Rc;

use js_sys::{Array, Promise};
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MediaStream;

use super::{call_shared::CallShared, device::read_profile, options, promises::rejected};
use crate::{
    core::{AudioBitrateProfile, CallCommand, MediaOption, TrackType},
    web::{Error, as_stream, audio_tracks, text, video_tracks},
};

const CODECS: [&str; 4] = ["vp8", "h264", "vp9", "av1"];

/// `call.publish(stream, trackType, options)`
pub(crate) fn publish(
    shared: &Rc<CallShared>,
    stream: &JsValue,
    track_type: &JsValue,
    options: &JsValue,
) -> Promise {
    let (stream, track_type, profile) = match read(stream, track_type, options) {
        Ok(read) => read,
        Err(error) => return rejected(&error),
    };
    let driver = shared.client.driver();
    shared.promise(|promise| {
        let capture = driver.ask(|client| client.adopt_capture(shared.key));
        let mut captured = driver.devices().adopt(capture, track_type, stream);
        captured.profile = profile;
        CallCommand::Publish { promise, track_type, capture, captured }
    })
}

/// `call.stopPublish(...trackTypes)`
pub(crate) fn stop_publish(shared: &Rc<CallShared>, track_types: &JsValue) -> Promise {
    let given = track_types.dyn_ref::<Array>().map(Array::to_vec).unwrap_or_default();
    let track_types = given.iter().filter_map(read_track_type).collect();
    shared.promise(|promise| CallCommand::StopPublish { promise, track_types })
}

/// `call.updatePublishOptions(options)`
///
/// # Errors
///
/// `invalid-argument`.
pub(crate) fn update_publish_options(
    shared: &Rc<CallShared>,
    options: &JsValue,
) -> Result<(), Error> {
    const WHAT: &str = "updatePublishOptions";
    let given: PreferredOptions = options::read(options, WHAT)?;
    let codec = given.preferred_codec.unwrap_or_default();
    if !codec.is_empty() && !CODECS.contains(&codec.as_str()) {
        let known = CODECS.join(", ");
        let message = format!("{WHAT}.preferredCodec is none of {known}");
        return Err(options::invalid(&message));
    }
    let count = |value: Option<u32>, key: &str| match value {
        Some(0) => {
            let message = format!("{WHAT}.{key} is not a whole number of at least 1");
            Err(options::invalid(&message))
        }
        other => Ok(other.unwrap_or_default()),
    };
    let bitrate = count(given.preferred_bitrate, "preferredBitrate")?;
    let layers = count(given.max_simulcast_layers, "maxSimulcastLayers")?;
    let fmtp = given.fmtp_line.unwrap_or_default();
    shared.order(CallCommand::SetMedia(MediaOption::PreferVideo { codec, fmtp, bitrate, layers }));
    Ok(())
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublishOptions {
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    audio_bitrate_profile: JsValue,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PreferredOptions {
    preferred_codec: Option<String>,
    fmtp_line: Option<String>,
    preferred_bitrate: Option<u32>,
    max_simulcast_layers: Option<u32>,
}

fn read(
    stream: &JsValue,
    track_type: &JsValue,
    options: &JsValue,
) -> Result<(MediaStream, TrackType, Option<AudioBitrateProfile>), Error> {
    let Some(track_type) = read_track_type(track_type) else {
        let message = "publish: the second argument is none of SfuModels.TrackType";
        return Err(options::invalid(message));
    };
    let Ok(stream) = as_stream(stream, "the app") else {
        return Err(options::invalid("publish: the first argument is no MediaStream"));
    };
    let tracks = match track_type {
        TrackType::Video | TrackType::ScreenShare => video_tracks(&stream),
        TrackType::Audio | TrackType::ScreenShareAudio | TrackType::Unspecified => {
            audio_tracks(&stream)
        }
    };
    let Some(track) = tracks.first() else {
        return Err(options::invalid("publish: the stream has no track of that kind"));
    };
    if text(track, "readyState") == "ended" {
        return Err(options::invalid("publish: the track has ended"));
    }
    let PublishOptions { audio_bitrate_profile: profile } = options::read(options, "publish")?;
    if profile.is_undefined() || profile.is_null() {
        return Ok((stream, track_type, None));
    }
    let Some(profile) = read_profile(&profile) else {
        let message = "publish.audioBitrateProfile is no profile of SfuModels.AudioBitrateProfile";
        return Err(options::invalid(message));
    };
    Ok((stream, track_type, Some(profile)))
}

/// One of `SfuModels.TrackType`.
pub(crate) fn read_track_type(value: &JsValue) -> Option<TrackType> {
    let known =
        [TrackType::Audio, TrackType::Video, TrackType::ScreenShare, TrackType::ScreenShareAudio];
    known.into_iter().find(|known| *value == f64::from(*known as i32))
}
