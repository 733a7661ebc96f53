//! The dependency descriptor of AV1, carried from publisher to subscriber as it is.

use str0m::rtp::{Extension, ExtensionSerializer, ExtensionValues};

/// Which frames a frame needs, in the form in which it came. AV1 with layers cannot be decoded
/// without it.
struct Descriptor(Vec<u8>);

#[derive(Debug)]
struct Carrier;

impl ExtensionSerializer for Carrier {
    fn write_to(&self, buf: &mut [u8], values: &ExtensionValues) -> usize {
        let Some(Descriptor(bytes)) = values.user_values.get::<Descriptor>() else {
            return 0;
        };
        let Some(place) = buf.get_mut(..bytes.len()) else {
            return 0;
        };
        place.copy_from_slice(bytes);
        bytes.len()
    }

    fn parse_value(&self, buf: &[u8], values: &mut ExtensionValues) -> bool {
        values.user_values.set(Descriptor(buf.to_vec()));
        true
    }

    fn is_video(&self) -> bool {
        true
    }

    fn is_audio(&self) -> bool {
        false
    }

    fn requires_two_byte_form(&self, values: &ExtensionValues) -> bool {
        let descriptor = values.user_values.get::<Descriptor>();
        descriptor.is_some_and(|Descriptor(bytes)| bytes.is_empty() || bytes.len() > 16)
    }
}

/// The extension, for a peer connection's configuration.
pub fn extension() -> Extension {
    Extension::with_serializer(URI, Carrier)
}

/// The descriptor in the form in which it came.
pub fn of(values: &ExtensionValues) -> Option<&[u8]> {
    values.user_values.get::<Descriptor>().map(|Descriptor(bytes)| bytes.as_slice())
}

/// Drops the descriptor: it numbers the frames of one encoding, and a stream that is put together
/// from several would contradict it.
pub fn strip(values: &mut ExtensionValues) {
    values.user_values.remove::<Descriptor>();
}

/// The id that Chromium gives it, or close: ids are negotiated.
pub const ID: u8 = 9;
const URI: &str =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_descriptor_goes_through_unchanged_unless_it_is_stripped() {
        for length in [1, 16, 17, 200] {
            let bytes: Vec<u8> = (0..length).collect();
            let mut values = ExtensionValues::default();
            assert_eq!(of(&values), None);
            assert!(Carrier.parse_value(&bytes, &mut values));
            assert_eq!(of(&values), Some(&bytes[..]));
            assert_eq!(Carrier.requires_two_byte_form(&values), length > 16);
            let mut buffer = [0; 255];
            let written = Carrier.write_to(&mut buffer, &values);
            assert_eq!(buffer[..written], bytes[..]);
            assert_eq!(Carrier.write_to(&mut [], &values), 0, "no room");
            strip(&mut values);
            assert_eq!(Carrier.write_to(&mut buffer, &values), 0);
        }
    }
}
