//! What a packet holds, as far as forwarding has to know.

use str0m::{
    format::Codec,
    rtp::{ExtensionValues, Vp8Descriptor},
};

use super::{av1::Templates, dependency_descriptor, place::Place, vp9};
use crate::sfu::ids::Size;

/// Read once for all subscribers.
#[derive(Clone, Copy)]
pub struct Content {
    pub codec: Codec,
    pub vp8: Option<Vp8Descriptor>,
    /// The first packet of a picture that needs no other: here a stream can begin.
    pub is_keyframe: bool,
    /// `None` for a packet that no decoder can take in.
    pub place: Option<Place>,
}

impl Content {
    /// Whether a picture begins here, in a stream that may have layers inside.
    pub fn begins_picture(&self) -> bool {
        self.place.is_some_and(|place| place.begins && place.spatial == 0)
    }
}

/// Reads the packets of one stream.
#[derive(Debug, Default)]
pub struct Reader {
    templates: Templates,
    /// Of the layers inside the stream, the smallest first; empty if the stream does not tell.
    sizes: Vec<Size>,
}

impl Reader {
    /// Looks into a packet.
    pub fn read(&mut self, payload: &[u8], extensions: &ExtensionValues, codec: Codec) -> Content {
        let whole = Content { codec, vp8: None, is_keyframe: false, place: Some(WHOLE) };
        match codec {
            Codec::Vp8 => {
                let vp8 = Vp8Descriptor::parse(payload).ok();
                let is_keyframe = vp8.is_some_and(|vp8| vp8.starts_keyframe(payload));
                Content { vp8, is_keyframe, ..whole }
            }
            Codec::Vp9 => {
                let Some(vp9) = vp9::Descriptor::parse(payload) else {
                    return Content { place: None, ..whole };
                };
                if !vp9.sizes.is_empty() {
                    self.sizes = vp9.sizes;
                }
                Content { is_keyframe: vp9.is_keyframe, place: Some(vp9.place), ..whole }
            }
            Codec::H264 => Content { is_keyframe: holds_parameter_set(payload), ..whole },
            Codec::Av1 => {
                // Which layer it belongs to may not be known yet, as the keyframe that tells can
                // come late. Who gets too much meanwhile can still decode.
                let descriptor = dependency_descriptor::of(extensions);
                let place = descriptor.and_then(|bytes| self.templates.place(bytes));
                // The bit of a new coded video sequence in the aggregation header.
                let is_keyframe = payload.first().is_some_and(|header| header & 0x08 != 0);
                Content { is_keyframe, place: Some(place.unwrap_or(WHOLE)), ..whole }
            }
            _ => whole,
        }
    }

    /// Sizes of the layers inside the stream, the smallest first, as far as the stream told.
    pub fn sizes(&self) -> &[Size] {
        if self.sizes.is_empty() { &self.templates.sizes } else { &self.sizes }
    }
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

/// Of a packet without layers, or of which it is not known.
const WHOLE: Place = Place { spatial: 0, begins: false, ends: false };
const SEQUENCE_PARAMETER_SET: u8 = 7;
const AGGREGATE: u8 = 24;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(codec: Codec, payload: &[u8]) -> Content {
        Reader::default().read(payload, &ExtensionValues::default(), codec)
    }

    fn is_keyframe(codec: Codec, payload: &[u8]) -> bool {
        read(codec, payload).is_keyframe
    }

    #[test]
    fn vp8_keyframes_begin_with_the_first_packet_of_the_picture() {
        assert!(is_keyframe(Codec::Vp8, &[0x10, 0x10, 0]));
        assert!(!is_keyframe(Codec::Vp8, &[0x10, 0x11, 0]), "predicted");
        assert!(!is_keyframe(Codec::Vp8, &[0x00, 0x10, 0]), "a later packet");
        assert!(!is_keyframe(Codec::Vp8, &[]));
    }

    #[test]
    fn vp9_without_a_whole_descriptor_cannot_be_decoded() {
        let layer = |payload: &[u8]| read(Codec::Vp9, payload).place.map(|place| place.spatial);
        assert!(is_keyframe(Codec::Vp9, &[0xa8, 0x01, 0x01, 0]));
        assert_eq!(layer(&[0xa8, 0x01, 0x03, 0]), Some(1));
        for cut in [&[][..], &[0xa8], &[0xa8, 0x81], &[0xa8, 0x81, 2]] {
            assert!(!is_keyframe(Codec::Vp9, cut), "{cut:?}");
            assert_eq!(layer(cut), None, "{cut:?}");
        }
    }

    #[test]
    fn sizes_are_remembered_from_the_last_packet_that_had_some() {
        let mut reader = Reader::default();
        let mut read = |payload: &[u8]| {
            reader.read(payload, &ExtensionValues::default(), Codec::Vp9);
            reader.sizes().to_vec()
        };
        assert!(read(&[0x08]).is_empty());
        let size = [Size { width: 256, height: 128 }];
        assert_eq!(read(&[0x0a, 0x10, 1, 0, 0, 128]), size);
        assert_eq!(read(&[0x08]), size);
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
