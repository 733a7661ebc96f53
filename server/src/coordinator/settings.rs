//! Settings of a call: an override laid over the settings in force, then checked.

use serde_json::Value;
use trunkline_protocol::coordinator::{
    CallSettings, CallSettingsRequest, ErrorCode, Named, Open, TargetResolution,
};

use super::Refusal;

/// The settings with the override's fields in place of theirs.
pub(super) fn merge(
    current: &CallSettings,
    wish: &CallSettingsRequest,
) -> Result<CallSettings, Refusal> {
    let to_value =
        |settings: serde_json::Result<Value>| settings.map_err(|error| Refusal::internal(&error));
    let mut merged = to_value(serde_json::to_value(current))?;
    lay_over(&mut merged, &to_value(serde_json::to_value(wish))?);
    // Names of regions, roles and languages are free.
    if merged.to_string().len() > MAX_SETTINGS {
        let detail = format!("the settings of a call have at most {MAX_SETTINGS} bytes of JSON");
        return Err(Refusal::new(ErrorCode::PayloadTooBig, detail));
    }
    let settings = serde_json::from_value(merged).map_err(|error| Refusal::internal(&error))?;
    check(&settings)?;
    Ok(settings)
}

fn lay_over(current: &mut Value, wish: &Value) {
    match (current, wish) {
        (Value::Object(current), Value::Object(wish)) => {
            for (name, value) in wish {
                if let Some(field) = current.get_mut(name) {
                    lay_over(field, value);
                } else {
                    current.insert(name.clone(), value.clone());
                }
            }
        }
        (current, wish) => *current = wish.clone(),
    }
}

/// The limits that the protocol documents for the fields of a request.
fn check(settings: &CallSettings) -> Result<(), Refusal> {
    let CallSettings { audio, video, screensharing, ring, session, .. } = settings;
    known("audio.default_device", &audio.default_device)?;
    known("video.camera_facing", &video.camera_facing)?;
    if video.camera_default_on && !video.enabled {
        return Err(Refusal::input("Video is not enabled for this call"));
    }
    resolution("video", &video.target_resolution)?;
    if let Some(target) = &screensharing.target_resolution {
        resolution("screensharing", target)?;
    }
    // 0 is not in the range of a request, but is what types without ringing have.
    for (name, timeout) in [
        ("ring.auto_cancel_timeout_ms", ring.auto_cancel_timeout_ms),
        ("ring.incoming_call_timeout_ms", ring.incoming_call_timeout_ms),
        ("ring.missed_call_timeout_ms", ring.missed_call_timeout_ms),
    ] {
        if timeout != 0 {
            within(name, timeout, 5_000, 180_000)?;
        }
    }
    within("session.inactivity_timeout_seconds", session.inactivity_timeout_seconds, 5, 900)?;
    within(
        "frame_recording.capture_interval_in_seconds",
        settings.frame_recording.capture_interval_in_seconds,
        2,
        60,
    )?;
    for (name, mode) in [
        ("audio.noise_cancellation", &audio.noise_cancellation.mode),
        ("recording", &settings.recording.mode),
        ("individual_recording", &settings.individual_recording.mode),
        ("raw_recording", &settings.raw_recording.mode),
        ("frame_recording", &settings.frame_recording.mode),
        ("transcription", &settings.transcription.mode),
        ("transcription.closed_caption", &settings.transcription.closed_caption_mode),
        ("encryption", &settings.encryption.mode),
    ] {
        known(&format!("{name} mode"), mode)?;
    }
    known("recording.quality", &settings.recording.quality)?;
    let frames = &settings.frame_recording.quality;
    known("frame_recording.quality", frames)?;
    if frames.as_str().starts_with("portrait") {
        return Err(Refusal::input("frame_recording.quality must not be portrait"));
    }
    known("broadcasting.rtmp.quality", &settings.broadcasting.rtmp.quality)?;
    let tracks = &settings.broadcasting.hls.quality_tracks;
    if !(1..=3).contains(&tracks.len()) {
        return Err(Refusal::input("broadcasting.hls.quality_tracks has 1 to 3 entries"));
    }
    for track in tracks {
        known("broadcasting.hls.quality_tracks", track)?;
    }
    Ok(())
}

fn resolution(group: &str, target: &TargetResolution) -> Result<(), Refusal> {
    within(&format!("{group}.target_resolution.width"), target.width, 240, 3840)?;
    within(&format!("{group}.target_resolution.height"), target.height, 240, 3840)?;
    within(&format!("{group}.target_resolution.bitrate"), target.bitrate, 0, 6_000_000)
}

fn within(name: &str, value: u32, least: u32, most: u32) -> Result<(), Refusal> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Refusal::input(format!("{name} must be {least} to {most}")))
}

/// Settings are set, not just shown: a value this server does not know cannot be honoured.
fn known<T: Named>(name: &str, value: &Open<T>) -> Result<(), Refusal> {
    if value.known().is_some() {
        return Ok(());
    }
    let names: Vec<_> = T::ALL.iter().map(|value| value.as_str()).collect();
    Err(Refusal::input(format!("{name} must be one of {}", names.join(", "))))
}

/// A few times what they are without any override.
const MAX_SETTINGS: usize = 8 * 1024;

#[cfg(test)]
mod tests {
    use serde_json::json;
    use trunkline_protocol::coordinator::Mode;

    use super::*;
    use crate::coordinator::call_type::CallType;

    /// What a request with this override comes to.
    fn merge_json(current: &CallSettings, wish: &Value) -> Result<CallSettings, Refusal> {
        let wish = serde_json::from_value(wish.clone())
            .map_err(|error| Refusal::input(error.to_string()))?;
        merge(current, &wish)
    }

    #[test]
    fn an_override_changes_the_fields_it_names_and_no_other() {
        let wish = json!({
            "audio": { "mic_default_on": false, "noise_cancellation": { "mode": "auto-on" } },
            "limits": { "max_participants": 3, "max_duration_seconds": null },
            "screensharing": { "target_resolution": { "width": 640, "height": 480, "bitrate": 1 } },
            "not_yet_invented": { "mode": "x" },
        });
        let mut expected = CallSettings::default();
        expected.audio.mic_default_on = false;
        expected.audio.noise_cancellation.mode = Mode::AutoOn.into();
        expected.limits.max_participants = Some(3);
        expected.screensharing.target_resolution =
            Some(TargetResolution { width: 640, height: 480, bitrate: 1 });
        assert_eq!(merge_json(&CallSettings::default(), &wish), Ok(expected));
    }

    #[test]
    fn a_second_override_keeps_the_first() {
        let first = json!({ "audio": { "mic_default_on": false } });
        let second = json!({ "audio": { "speaker_default_on": false }, "video": null });
        let settings = merge_json(&CallSettings::default(), &first).unwrap();
        let settings = merge_json(&settings, &second).unwrap();
        assert!(!settings.audio.mic_default_on && !settings.audio.speaker_default_on);
        assert_eq!(settings.video, CallSettings::default().video);
    }

    #[test]
    fn the_settings_of_every_call_type_are_within_the_limits() {
        for call_type in CallType::all() {
            assert_eq!(
                merge_json(&call_type.settings, &json!({})).as_ref(),
                Ok(&call_type.settings),
                "{}",
                call_type.name
            );
        }
    }

    #[test]
    fn settings_outside_the_limits_are_bad_input() {
        for wish in [
            json!([]),
            json!("audio"),
            json!({ "audio": true }),
            json!({ "audio": { "mic_default_on": "yes" } }),
            json!({ "audio": { "default_device": "headset" } }),
            json!({ "recording": { "mode": "sometimes" } }),
            json!({ "recording": { "quality": "8k" } }),
            json!({ "video": { "enabled": false } }),
            json!({ "video": { "target_resolution": { "width": 239 } } }),
            json!({ "video": { "target_resolution": { "bitrate": 6_000_001 } } }),
            json!({ "ring": { "auto_cancel_timeout_ms": 4999 } }),
            json!({ "ring": { "auto_cancel_timeout_ms": -1 } }),
            json!({ "session": { "inactivity_timeout_seconds": 901 } }),
            json!({ "limits": { "max_participants": -1 } }),
            json!({ "broadcasting": { "hls": { "quality_tracks": [] } } }),
            json!({ "encryption": { "mode": "" } }),
        ] {
            let refusal = merge_json(&CallSettings::default(), &wish).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::Input, "{wish}");
        }
    }

    #[test]
    fn what_is_free_in_them_is_bounded() {
        for wish in [
            json!({ "limits": { "max_participants_exclude_roles": vec!["x".repeat(64); 200] } }),
            json!({ "geofencing": { "names": ["x".repeat(10_000)] } }),
        ] {
            let refusal = merge_json(&CallSettings::default(), &wish).unwrap_err();
            assert_eq!(refusal.code, ErrorCode::PayloadTooBig, "{wish}");
        }
    }
}
