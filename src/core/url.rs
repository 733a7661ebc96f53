//! Parts of URLs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but what `encodeURIComponent` leaves alone.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Appends `text` as `encodeURIComponent` would write it.
pub(crate) fn push_encoded(url: &mut String, text: &str) {
    url.extend(utf8_percent_encode(text, COMPONENT));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_parts_are_encoded_byte_by_byte() {
        let mut url = String::new();

        push_encoded(&mut url, "a-b_c.!~*'() /?#&=+%é😀");

        assert_eq!(url, "a-b_c.!~*'()%20%2F%3F%23%26%3D%2B%25%C3%A9%F0%9F%98%80");
    }
}
