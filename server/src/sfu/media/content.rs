//! What a packet holds, as far as forwarding has to know.

use str0m::{format::Codec, rtp::Vp8Descriptor};

/// Read once for all subscribers.
#[derive(Clone, Copy)]
pub struct Content {
    pub codec: Codec,
    pub vp8: Option<Vp8Descriptor>,
    /// The first packet of a picture that needs no other: here a stream can begin.
    pub is_keyframe: bool,
}

impl Content {
    /// Looks into a payload.
    pub fn of(payload: &[u8], codec: Codec) -> Self {
        let vp8 = (codec == Codec::Vp8).then(|| Vp8Descriptor::parse(payload).ok()).flatten();
        let is_keyframe = match codec {
            Codec::Vp8 => vp8.is_some_and(|descriptor| descriptor.starts_keyframe(payload)),
            Codec::Vp9 => starts_vp9_keyframe(payload),
            Codec::H264 => holds_parameter_set(payload),
            // The bit of a new coded video sequence in the aggregation header.
            Codec::Av1 => payload.first().is_some_and(|header| header & 0x08 != 0),
            _ => false,
        };
        Self { codec, vp8, is_keyframe }
    }
}

/// The first packet of the lowest layer of a picture without prediction from earlier ones
/// (RFC 9628).
fn starts_vp9_keyframe(payload: &[u8]) -> bool {
    let mut bytes = payload.iter().copied();
    let Some(flags) = bytes.next() else {
        return false;
    };
    let is_set = |bit: u8| flags & bit != 0;
    let (has_picture_id, is_predicted) = (is_set(0x80), is_set(0x40));
    let (has_layers, begins_frame) = (is_set(0x20), is_set(0x08));
    if is_predicted || !begins_frame {
        return false;
    }
    if has_picture_id && bytes.next().is_none_or(|byte| byte & 0x80 != 0 && bytes.next().is_none())
    {
        return false;
    }
    !has_layers || bytes.next().is_some_and(|layers| layers & LAYER_IN_SPACE == 0)
}

/// Whether an H.264 packet holds a sequence parameter set, with which every key picture begins:
/// who switches one packet later decodes with the old ones (RFC 6184).
fn holds_parameter_set(payload: &[u8]) -> bool {
    let kind = |header: &u8| header & 0x1f;
    match payload.first().map(kind) {
        Some(SEQUENCE_PARAMETER_SET) => true,
        Some(AGGREGATE) => {
            let mut rest = payload.get(1..).unwrap_or_default();
            while let [high, low, unit @ ..] = rest {
                let length = usize::from(u16::from_be_bytes([*high, *low]));
                if unit.first().map(kind) == Some(SEQUENCE_PARAMETER_SET) && length > 0 {
                    return true;
                }
                rest = unit.get(length..).unwrap_or_default();
            }
            false
        }
        _ => false,
    }
}

const LAYER_IN_SPACE: u8 = 0b1110;
const SEQUENCE_PARAMETER_SET: u8 = 7;
const AGGREGATE: u8 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn is_keyframe(codec: Codec, payload: &[u8]) -> bool {
        Content::of(payload, codec).is_keyframe
    }

    #[test]
    fn vp8_keyframes_begin_with_the_first_packet_of_the_picture() {
        assert!(is_keyframe(Codec::Vp8, &[0x10, 0x10, 0]));
        assert!(!is_keyframe(Codec::Vp8, &[0x10, 0x11, 0]), "predicted");
        assert!(!is_keyframe(Codec::Vp8, &[0x00, 0x10, 0]), "a later packet");
        assert!(!is_keyframe(Codec::Vp8, &[]));
    }

    #[test]
    fn vp9_keyframes_begin_in_the_lowest_layer() {
        assert!(is_keyframe(Codec::Vp9, &[0x08]));
        assert!(is_keyframe(Codec::Vp9, &[0xa8, 0x81, 0x02, 0x01, 0]), "long picture id");
        assert!(is_keyframe(Codec::Vp9, &[0xa8, 0x01, 0x01, 0]), "short picture id");
        assert!(!is_keyframe(Codec::Vp9, &[0xa8, 0x01, 0x03, 0]), "second layer");
        assert!(!is_keyframe(Codec::Vp9, &[0xe8, 0x01, 0x01, 0]), "predicted");
        assert!(!is_keyframe(Codec::Vp9, &[0xa0, 0x01, 0x01, 0]), "a later packet");
        for cut in [&[][..], &[0xa8], &[0xa8, 0x81], &[0xa8, 0x81, 2]] {
            assert!(!is_keyframe(Codec::Vp9, cut), "{cut:?}");
        }
    }

    #[test]
    fn h264_keyframes_begin_with_their_parameters() {
        assert!(is_keyframe(Codec::H264, &[0x67, 1, 2]));
        assert!(is_keyframe(Codec::H264, &[0x78, 0, 1, 0x09, 0, 2, 0x67, 1]));
        assert!(!is_keyframe(Codec::H264, &[0x65, 1]), "the picture itself comes too late");
        assert!(!is_keyframe(Codec::H264, &[0x78, 0, 1, 0x68, 0, 2, 0x65, 1]));
        for broken in [&[][..], &[0x78], &[0x78, 0], &[0x78, 0xff, 0xff, 0x09], &[0x78, 0, 0, 0x67]]
        {
            assert!(!is_keyframe(Codec::H264, broken), "{broken:?}");
        }
    }

    #[test]
    fn av1_keyframes_begin_a_coded_sequence() {
        assert!(is_keyframe(Codec::Av1, &[0x18]));
        assert!(!is_keyframe(Codec::Av1, &[0x10]));
        assert!(!is_keyframe(Codec::Av1, &[]));
    }

    #[test]
    fn audio_has_no_keyframes() {
        assert!(!is_keyframe(Codec::Opus, &[0x67]));
    }
}
