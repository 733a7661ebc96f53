//! Session descriptions of clients, read before the task that owns the media hears of them: reading
//! takes time in proportion to their length, and that task has none.

use std::{collections::BTreeSet, fmt};

use str0m::change::{SdpAnswer, SdpOffer};
use trunkline_protocol::sfu::models::{Error, ErrorCode};

use super::consent::Credentials;
use crate::sfu::signalling::error;

/// An offer to publish.
pub struct Offer {
    pub(super) sdp: SdpOffer,
    pub(super) sections: Vec<Section>,
    /// Streams that it names by number.
    pub(super) sources: BTreeSet<u32>,
    pub(super) client: Option<Credentials>,
}

/// An answer to an offer of this server.
pub struct Answer {
    pub(super) sdp: SdpAnswer,
    pub(super) client: Option<Credentials>,
}

/// An m-line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// `audio` or `video`.
    pub media: String,
    pub mid: String,
}

/// What a description may hold.
struct Bounds {
    bytes: usize,
    sections: usize,
}

/// A description within its bounds.
struct Outline {
    /// Without the lines that nothing here reads.
    text: String,
    sections: Vec<Section>,
    sources: BTreeSet<u32>,
}

/// Lines of an m-line by what makes work.
#[derive(Default)]
struct Counts {
    lines: usize,
    codecs: usize,
    parameters: usize,
    feedback: usize,
}

impl Offer {
    /// Reads and checks it. Takes a while: not for a task that others wait for.
    pub fn read(text: &str) -> Result<Self, Error> {
        let refused = |reason: &dyn fmt::Display| refused("offer", reason);
        let outline = Outline::of(text, &OFFER).map_err(|reason| refused(&reason))?;
        let sdp = SdpOffer::from_sdp_string(&outline.text).map_err(|reason| refused(&reason))?;
        let client = Credentials::of(&outline.text);
        Ok(Self { sdp, sections: outline.sections, sources: outline.sources, client })
    }
}

impl Answer {
    /// Reads and checks it. Takes a while: not for a task that others wait for.
    pub fn read(text: &str) -> Result<Self, Error> {
        let refused = |reason: &dyn fmt::Display| refused("answer", reason);
        let outline = Outline::of(text, &ANSWER).map_err(|reason| refused(&reason))?;
        let sdp = SdpAnswer::from_sdp_string(&outline.text).map_err(|reason| refused(&reason))?;
        Ok(Self { sdp, client: Credentials::of(&outline.text) })
    }
}

/// The error for a description that cannot be used.
pub(super) fn refused(what: &str, reason: &dyn fmt::Display) -> Error {
    // The parser's reasons quote what they met.
    let reason: String = reason.to_string().chars().take(LONGEST_REASON).collect();
    let text = format!("the {what} cannot be used: {reason}");
    error(ErrorCode::RequestValidationFailed, text)
}

impl Outline {
    fn of(text: &str, bounds: &Bounds) -> Result<Self, String> {
        if text.len() > bounds.bytes {
            return Err(format!("it is longer than {} bytes", bounds.bytes));
        }
        let mut outline = Self {
            text: String::with_capacity(text.len()),
            sections: Vec::new(),
            sources: BTreeSet::new(),
        };
        let mut counts = Counts::default();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("m=") {
                let media = rest.split(' ').next().unwrap_or_default().to_owned();
                if media == "application" {
                    return Err("there are no data channels here".to_owned());
                }
                outline.sections.push(Section { media, mid: String::new() });
                if outline.sections.len() > bounds.sections {
                    return Err(format!("it has more than {} m-lines", bounds.sections));
                }
                counts = Counts::default();
            } else if let Some(attribute) = line.strip_prefix("a=") {
                let name = attribute.split(':').next().unwrap_or_default();
                if !ATTRIBUTES.contains(&name) {
                    continue;
                }
                counts.take(name, line.len())?;
                if name == "mid"
                    && let Some(section) = outline.sections.last_mut()
                    && let Some((_, mid)) = attribute.split_once(':')
                {
                    mid.clone_into(&mut section.mid);
                }
                if name == "ssrc" || name == "ssrc-group" {
                    outline.note_sources(attribute)?;
                }
            } else {
                counts.take("", line.len())?;
            }
            outline.text.push_str(line);
            outline.text.push_str("\r\n");
        }
        Ok(outline)
    }

    /// Each of them takes memory for as long as the peer connection lasts.
    fn note_sources(&mut self, attribute: &str) -> Result<(), String> {
        let numbers = attribute.split([':', ' ']).skip(1);
        let count = if attribute.starts_with("ssrc-group") { usize::MAX } else { 1 };
        self.sources.extend(numbers.take(count).filter_map(|number| number.parse::<u32>().ok()));
        if self.sources.len() > MOST_SOURCES {
            return Err(format!("it names more than {MOST_SOURCES} streams"));
        }
        Ok(())
    }
}

impl Counts {
    fn take(&mut self, name: &str, length: usize) -> Result<(), String> {
        self.lines += 1;
        let (count, most, longest) = match name {
            "rtpmap" => (&mut self.codecs, MOST_CODECS, LONGEST_DETAIL),
            "fmtp" => (&mut self.parameters, MOST_CODECS, LONGEST_DETAIL),
            "rtcp-fb" => (&mut self.feedback, MOST_FEEDBACK, LONGEST_DETAIL),
            "rid" | "simulcast" | "ssrc-group" => (&mut 0, 1, LONGEST_DETAIL),
            _ => (&mut 0, 1, LONGEST_LINE),
        };
        *count += 1;
        if *count > most {
            return Err(format!("an m-line has more than {most} lines of {name}"));
        }
        if self.lines > MOST_LINES {
            return Err(format!("an m-line has more than {MOST_LINES} lines"));
        }
        if length > longest {
            return Err(format!("a line {name} is longer than {longest} bytes"));
        }
        Ok(())
    }
}

/// What str0m reads, except candidates: clients come to this server, so that it learns where they are
/// when they do.
const ATTRIBUTES: [&str; 27] = [
    "group",
    "msid-semantic",
    "ice-lite",
    "ice-ufrag",
    "ice-pwd",
    "ice-options",
    "fingerprint",
    "setup",
    "rtcp",
    "mid",
    "extmap",
    "extmap-allow-mixed",
    "recvonly",
    "sendrecv",
    "sendonly",
    "inactive",
    "msid",
    "rtcp-mux",
    "rtcp-mux-only",
    "rtcp-rsize",
    "rtpmap",
    "rtcp-fb",
    "fmtp",
    "rid",
    "simulcast",
    "ssrc",
    "ssrc-group",
];

/// A browser's offer has up to 10 kB for each m-line of a video.
const OFFER: Bounds = Bounds { bytes: 64 * 1024, sections: 32 };
/// As many m-lines as somebody receives in a large call, each of one codec.
const ANSWER: Bounds = Bounds { bytes: 256 * 1024, sections: 512 };
/// Streams of a session: each layer of a video is two of them.
pub(super) const MOST_SOURCES: usize = 128;
/// Of one m-line. There are no more numbers for codecs that are negotiated.
const MOST_CODECS: usize = 96;
const MOST_FEEDBACK: usize = 400;
const MOST_LINES: usize = 700;
/// Bytes. A list of all m-lines is one line.
const LONGEST_LINE: usize = 4 * 1024;
/// Bytes of a line about one codec or layer.
const LONGEST_DETAIL: usize = 256;
/// Characters.
const LONGEST_REASON: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "v=0\r\n\
        o=- 1 2 IN IP4 127.0.0.1\r\n\
        s=-\r\n\
        t=0 0\r\n\
        a=group:BUNDLE 0 1\r\n\
        a=something:new\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
        c=IN IP4 0.0.0.0\r\n\
        a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n\
        a=mid:0\r\n\
        a=sendonly\r\n\
        a=rtpmap:111 opus/48000/2\r\n\
        a=end-of-candidates\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
        a=mid:1\r\n\
        a=sendonly\r\n\
        a=rtpmap:96 VP8/90000\r\n\
        a=ssrc-group:FID 7 8\r\n\
        a=ssrc:7 cname:9\r\n";

    fn why(text: &str) -> String {
        Outline::of(text, &OFFER).err().unwrap_or_default()
    }

    #[test]
    fn what_nothing_reads_is_left_out() {
        let outline = Outline::of(SDP, &OFFER).unwrap();
        let section = |media: &str, mid: &str| Section { media: media.into(), mid: mid.into() };
        assert_eq!(outline.sections, [section("audio", "0"), section("video", "1")]);
        assert_eq!(outline.sources, [7, 8].into());
        let kept = SDP.lines().filter(|line| !line.contains("candidate") && !line.contains("new"));
        let kept: Vec<_> = kept.chain([""]).collect();
        assert_eq!(outline.text, kept.join("\r\n"));
        let offer = Offer::read(SDP).unwrap();
        assert_eq!(offer.sections.len(), 2);
        assert!(Offer::read("garbage").is_err() && Answer::read("").is_err());
    }

    #[test]
    fn each_part_is_bounded() {
        let with =
            |line: &str, times: usize| format!("{SDP}{}", format!("{line}\r\n").repeat(times));
        assert_eq!(why(SDP), "");
        assert!(why(&with("a=x", 20_000)).contains("65536 bytes"));
        assert_eq!(why(&with("m=audio 9 UDP/TLS/RTP/SAVPF 0", OFFER.sections - 2)), "");
        assert!(why(&with("m=audio 9 UDP/TLS/RTP/SAVPF 0", OFFER.sections)).contains("m-lines"));
        for (line, times) in [
            ("a=rtpmap:1 x/1", 97),
            ("a=fmtp:1 x=y", 97),
            ("a=rtcp-fb:1 x", 401),
            ("a=rtcp:1", 701),
        ] {
            assert_eq!(why(&with(line, times - 7)), "", "{line}");
            assert!(why(&with(line, times)).contains("more than"), "{line}");
        }
        for line in ["a=fmtp:1 ", "a=simulcast:send ", "a=rid:a send "] {
            assert!(why(&with(&format!("{line}{}", "x;".repeat(200)), 1)).contains("longer"));
        }
        assert!(why(&with(&format!("a=group:x{}", " 1".repeat(3000)), 1)).contains("longer"));
        assert!(why(&with("m=application 9 UDP/DTLS/SCTP x", 1)).contains("data channels"));
        let streams =
            |most| (0..most).fold(SDP.into(), |sdp, n| format!("{sdp}a=ssrc:{n} x:y\r\n"));
        assert_eq!(why(&streams(MOST_SOURCES)), "");
        assert!(why(&streams(MOST_SOURCES + 1)).contains("streams"));
    }
}
