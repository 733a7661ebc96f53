//! What the browser of a participant can encode or decode.

use std::collections::BTreeSet;

/// Codecs by their names in lower case; `None` for a client that did not show what it can.
#[derive(Clone, Debug, Default)]
pub struct Codecs(Option<Vec<String>>);

impl Codecs {
    /// Those in an offer that a browser made to show what it can.
    pub fn of(offer: &str) -> Self {
        let formats = offer.lines().filter_map(|line| line.strip_prefix("a=rtpmap:"));
        let name = |format: &str| Some(format.split_once(' ')?.1.split('/').next()?.to_lowercase());
        let names: BTreeSet<_> = formats.filter_map(name).collect();
        let few = names.into_iter().filter(|name| name.len() <= LONGEST_NAME).take(MOST_CODECS);
        Self((!offer.is_empty()).then(|| few.collect()))
    }

    /// Whether this one is among them. A client that did not show any is believed to have everything.
    pub fn has(&self, name: &str) -> bool {
        let is_it = |known: &String| known.eq_ignore_ascii_case(name);
        self.0.as_ref().is_none_or(|known| known.iter().any(is_it))
    }
}

/// They are kept and looked through for every track. Browsers have some fifteen.
const MOST_CODECS: usize = 64;
/// Characters.
const LONGEST_NAME: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_are_known_by_what_was_offered() {
        let codecs = Codecs::of(
            "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtpmap:96 VP8/90000\r\n\
             a=rtpmap:97 rtx/90000\r\na=rtpmap:98\r\n",
        );
        assert!(codecs.has("vp8") && codecs.has("VP8"));
        assert!(!codecs.has("h264"));
        assert!(Codecs::of("").has("h264"));
        assert!(!Codecs::of("v=0\r\ns=-\r\n").has("opus"), "who only signals receives nothing");
    }
}
