//! The simulcast layers of a published video (SFU protocol, video layers).

use trunkline_protocol::sfu::{event, models};

use super::{
    effect::Encoding,
    state::{AudioBitrateProfile, Dimension},
};

/// What a video is published as: what the browser encodes, and how it is announced to the SFU.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layers {
    pub(crate) encodings: Vec<Encoding>,
    pub(crate) announced: Vec<models::VideoLayer>,
}

/// Sizes and rates when the option does not give them.
const DEFAULT_SIZE: Dimension = Dimension { width: 1280, height: 720 };
/// bits/s of the layers of full, half and quarter size when the option has no bitrate.
const DEFAULT_BITRATES: [u32; 3] = [1_250_000, 750_000, 300_000];
/// By size, smallest first.
const RIDS: [&str; 3] = ["q", "h", "f"];

/// The layers of a track that delivers `size`, smallest first.
///
/// Browsers drop the upper encodings of a small track, so a small track gets fewer; and rids are
/// given from the smallest layer on, so that two layers are `q` and `h`. `limits` are frames/s and
/// bits/s that the app set.
pub(crate) fn video_layers(
    option: &models::PublishOption,
    size: Option<Dimension>,
    limits: Option<(u32, u32)>,
) -> Layers {
    let target = option
        .video_dimension
        .as_ref()
        .filter(|d| d.width > 0 && d.height > 0)
        .map_or(DEFAULT_SIZE, |d| Dimension { width: d.width, height: d.height });
    let size = size.filter(|d| d.width > 0 && d.height > 0).unwrap_or(target);
    let (most_fps, most_bitrate) = limits.unwrap_or((u32::MAX, u32::MAX));
    let bitrate = scaled_bitrate(positive(option.bitrate), size, target);
    let bitrate = match limits {
        Some(_) => Some(bitrate.unwrap_or(u32::MAX).min(most_bitrate)),
        None => bitrate,
    };
    let fps = positive(option.fps).unwrap_or(30).min(most_fps);

    let wanted = positive(option.max_spatial_layers).unwrap_or(1).min(3) as usize;
    let sent = match size.width.max(size.height) {
        ..=320 => 1,
        321..=640 => wanted.min(2),
        641.. => wanted,
    };
    let svc = is_svc(option);
    let mut layers = Layers::default();
    for (place, rid) in RIDS.iter().take(sent).enumerate() {
        // 0 for the full size, 1 for half of it, 2 for a quarter.
        let halvings = sent - 1 - place;
        let divisor = 1u32 << halvings;
        let max_bitrate = match bitrate {
            Some(bitrate) => round_div(bitrate, divisor),
            None => DEFAULT_BITRATES.get(halvings).copied().unwrap_or_default(),
        };
        let dimension = models::VideoDimension {
            width: round_div(size.width, divisor),
            height: round_div(size.height, divisor),
        };
        layers.announced.push(models::VideoLayer {
            rid: (*rid).to_owned(),
            video_dimension: Some(dimension),
            bitrate: max_bitrate,
            fps,
            quality: quality(rid).into(),
        });
        layers.encodings.push(Encoding {
            rid: (*rid).to_owned(),
            active: !option.use_single_layer || halvings == 0,
            max_bitrate: Some(max_bitrate),
            max_framerate: Some(fps),
            scale_resolution_down_by: (!svc).then(|| f64::from(divisor)),
            scalability_mode: None,
        });
    }
    if svc {
        layers.encodings = svc_encoding(option, wanted, layers.encodings);
    }
    layers
}

/// The largest of the encodings, for a sender that was made with `count` of them (0 for audio, which
/// has one without a rid). Browsers drop the upper ones of a small track, so that it must use the
/// lower ones, at its full size.
pub(crate) fn fit(mut encodings: Vec<Encoding>, count: usize) -> Vec<Encoding> {
    encodings.drain(..encodings.len().saturating_sub(count.max(1)));
    if count > 0 {
        for (encoding, rid) in encodings.iter_mut().zip(RIDS) {
            rid.clone_into(&mut encoding.rid);
        }
    }
    encodings
}

/// The one encoding of a published audio track.
pub(crate) fn audio_encodings(
    option: &models::PublishOption,
    profile: AudioBitrateProfile,
) -> Vec<Encoding> {
    let otherwise = match profile {
        AudioBitrateProfile::VoiceStandardUnspecified => 64_000,
        AudioBitrateProfile::VoiceHighQuality | AudioBitrateProfile::MusicHighQuality => 128_000,
    };
    let max_bitrate = option
        .audio_bitrate_profiles
        .iter()
        .find(|known| known.profile() == profile)
        .and_then(|known| positive(known.bitrate))
        .unwrap_or(otherwise);
    vec![Encoding { active: true, max_bitrate: Some(max_bitrate), ..Encoding::default() }]
}

/// The encodings that the SFU wants to have; what it does not say stays as it is.
pub(crate) fn wanted_encodings(layers: &[event::VideoLayerSetting]) -> Vec<Encoding> {
    let active = layers.iter().filter(|layer| layer.active);
    active
        .map(|layer| Encoding {
            rid: layer.name.clone(),
            active: true,
            max_bitrate: positive(layer.max_bitrate),
            max_framerate: positive(layer.max_framerate),
            scale_resolution_down_by: Some(f64::from(layer.scale_resolution_down_by))
                .filter(|by| *by >= 1.0),
            scalability_mode: Some(layer.scalability_mode.clone()).filter(|mode| !mode.is_empty()),
        })
        .collect()
}

/// SVC codecs send one stream that holds all layers.
fn svc_encoding(
    option: &models::PublishOption,
    spatial: usize,
    encodings: Vec<Encoding>,
) -> Vec<Encoding> {
    let spatial = if option.use_single_layer { 1 } else { spatial };
    let temporal = positive(option.max_temporal_layers).unwrap_or(1);
    let key = if spatial > 1 { "_KEY" } else { "" };
    encodings
        .into_iter()
        .next_back()
        .map(|largest| Encoding {
            rid: "q".to_owned(),
            active: true,
            scalability_mode: Some(format!("L{spatial}T{temporal}{key}")),
            ..largest
        })
        .into_iter()
        .collect()
}

fn is_svc(option: &models::PublishOption) -> bool {
    let name = option.codec.as_ref().map(|codec| codec.name.to_ascii_lowercase());
    matches!(name.as_deref(), Some("vp9" | "av1"))
}

fn quality(rid: &str) -> models::VideoQuality {
    match rid {
        "q" => models::VideoQuality::LowUnspecified,
        "h" => models::VideoQuality::Mid,
        _ => models::VideoQuality::High,
    }
}

/// A track smaller than the option's size needs less, in proportion to its area.
fn scaled_bitrate(bitrate: Option<u32>, size: Dimension, target: Dimension) -> Option<u32> {
    let bitrate = u64::from(bitrate?);
    if size.width >= target.width && size.height >= target.height {
        return u32::try_from(bitrate).ok();
    }
    let area = |d: Dimension| u64::from(d.width) * u64::from(d.height);
    let scaled = (bitrate * area(size) + area(target) / 2) / area(target).max(1);
    Some(u32::try_from(scaled).unwrap_or(u32::MAX))
}

fn round_div(value: u32, divisor: u32) -> u32 {
    (value + divisor / 2) / divisor
}

fn positive(value: impl TryInto<u32>) -> Option<u32> {
    value.try_into().ok().filter(|value| *value > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(layers: i32, codec: &str) -> models::PublishOption {
        models::PublishOption {
            codec: Some(models::Codec { name: codec.to_owned(), ..models::Codec::default() }),
            bitrate: 1_250_000,
            fps: 30,
            max_spatial_layers: layers,
            max_temporal_layers: 3,
            video_dimension: Some(models::VideoDimension { width: 1280, height: 720 }),
            ..models::PublishOption::default()
        }
    }

    fn ladder(width: u32, height: u32, spatial: i32) -> Vec<(String, u32, u32, u32)> {
        let layers = video_layers(&option(spatial, "vp8"), Some(Dimension { width, height }), None);
        layers
            .announced
            .into_iter()
            .map(|layer| {
                let size = layer.video_dimension.unwrap();
                (layer.rid, size.width, size.height, layer.bitrate)
            })
            .collect()
    }

    #[test]
    fn layers_follow_the_size_of_the_track() {
        let rid = str::to_owned;
        assert_eq!(
            ladder(1280, 720, 3),
            [
                (rid("q"), 320, 180, 312_500),
                (rid("h"), 640, 360, 625_000),
                (rid("f"), 1280, 720, 1_250_000)
            ]
        );
        assert_eq!(
            ladder(640, 480, 3),
            [(rid("q"), 320, 240, 208_334), (rid("h"), 640, 480, 416_667)]
        );
        assert_eq!(ladder(320, 240, 3), [(rid("q"), 320, 240, 104_167)]);
        assert_eq!(
            ladder(1280, 720, 2),
            [(rid("q"), 640, 360, 625_000), (rid("h"), 1280, 720, 1_250_000)]
        );
    }

    #[test]
    fn a_track_of_another_size_uses_the_layers_that_there_are() {
        let of = |width, height, count| {
            let size = Some(Dimension { width, height });
            let encodings = fit(video_layers(&option(3, "vp8"), size, None).encodings, count);
            let layer = |e: Encoding| (e.rid, e.scale_resolution_down_by.unwrap_or_default());
            encodings.into_iter().map(layer).collect::<Vec<_>>()
        };
        let rid = str::to_owned;

        assert_eq!(of(320, 240, 3), [(rid("q"), 1.0)]);
        assert_eq!(of(1280, 720, 1), [(rid("q"), 1.0)]);
        assert_eq!(of(1280, 720, 2), [(rid("q"), 2.0), (rid("h"), 1.0)]);
        assert_eq!(of(1280, 720, 3).len(), 3);
    }

    #[test]
    fn limits_of_the_app_lower_every_layer() {
        let layers = video_layers(&option(2, "vp8"), None, Some((15, 400_000))).announced;

        let rates: Vec<(u32, u32)> = layers.iter().map(|l| (l.fps, l.bitrate)).collect();
        assert_eq!(rates, [(15, 200_000), (15, 400_000)]);
    }

    #[test]
    fn audio_is_encoded_by_its_profile() {
        let bitrate = |profile| audio_encodings(&option(1, "opus"), profile)[0].max_bitrate;

        assert_eq!(bitrate(AudioBitrateProfile::VoiceStandardUnspecified), Some(64_000));
        assert_eq!(bitrate(AudioBitrateProfile::MusicHighQuality), Some(128_000));
    }

    #[test]
    fn a_single_layer_is_announced_whole_but_sends_only_the_largest() {
        let single = models::PublishOption { use_single_layer: true, ..option(3, "vp8") };

        let layers = video_layers(&single, None, None);

        assert_eq!(layers.announced.len(), 3);
        let active: Vec<bool> = layers.encodings.iter().map(|e| e.active).collect();
        assert_eq!(active, [false, false, true]);
    }

    #[test]
    fn svc_codecs_send_one_stream_with_all_layers() {
        let layers = video_layers(&option(3, "VP9"), None, None);

        assert_eq!(layers.announced.len(), 3);
        let [encoding] = &layers.encodings[..] else { panic!("one encoding") };
        assert_eq!(encoding.scalability_mode.as_deref(), Some("L3T3_KEY"));
        assert_eq!((encoding.rid.as_str(), encoding.max_bitrate), ("q", Some(1_250_000)));
        assert_eq!(encoding.scale_resolution_down_by, None);
    }

    #[test]
    fn an_option_full_of_zeros_still_gives_a_usable_layer() {
        let layers = video_layers(&models::PublishOption::default(), None, None);

        assert_eq!(layers.encodings.len(), 1);
        assert_eq!(layers.encodings[0].max_bitrate, Some(1_250_000));
        assert_eq!(layers.encodings[0].max_framerate, Some(30));
    }
}
