//! Edits of session descriptions as text, where str0m has no option for what is needed.

/// An m-line with its attributes.
#[derive(Debug, PartialEq, Eq)]
pub struct MediaSection<'a> {
    /// `audio` or `video`.
    pub media: &'a str,
    pub mid: &'a str,
}

/// The m-lines of a description that have a mid.
pub fn media_sections(sdp: &str) -> Vec<MediaSection<'_>> {
    let mut sections = Vec::new();
    let mut media = "";
    for line in sdp.lines() {
        if let Some(rest) = line.strip_prefix("m=") {
            media = rest.split(' ').next().unwrap_or_default();
        } else if let Some(mid) = line.strip_prefix("a=mid:") {
            sections.push(MediaSection { media, mid });
        }
    }
    sections
}

/// Appends parameters to the opus format line of one m-line.
pub fn add_opus_parameters(sdp: &str, mid: &str, parameters: &str) -> String {
    let (session, sections) = split(sdp);
    let mut edited = session.to_owned();
    for section in sections {
        let is_meant = section.lines().any(|l| l.strip_prefix("a=mid:") == Some(mid));
        match opus_format_prefix(section) {
            Some(prefix) if is_meant => edited.push_str(&append(section, &prefix, parameters)),
            _ => edited.push_str(section),
        }
    }
    edited
}

/// Puts the real stream ids in place of the tokens that stood in for them.
///
/// str0m keeps only the characters that RFC 8830 allows in a stream id, and `:` is not among them,
/// but clients of this protocol split stream ids at `:`.
pub fn replace_stream_ids<'a>(
    sdp: &str,
    ids: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    ids.into_iter().fold(sdp.to_owned(), |sdp, (token, id)| sdp.replace(token, id))
}

/// The part before the first m-line, and the m-lines with what belongs to them.
fn split(sdp: &str) -> (&str, Vec<&str>) {
    let starts: Vec<_> = sdp
        .match_indices("m=")
        .map(|(at, _)| at)
        .filter(|at| *at == 0 || sdp[..*at].ends_with('\n'))
        .collect();
    let first = starts.first().copied().unwrap_or(sdp.len());
    let ends = starts.iter().skip(1).copied().chain([sdp.len()]);
    let sections = starts.iter().zip(ends).map(|(start, end)| &sdp[*start..end]);
    (&sdp[..first], sections.collect())
}

fn opus_format_prefix(section: &str) -> Option<String> {
    section.lines().find_map(|line| {
        let (payload_type, codec) = line.strip_prefix("a=rtpmap:")?.split_once(' ')?;
        let is_opus = codec.to_ascii_lowercase().starts_with("opus/");
        is_opus.then(|| format!("a=fmtp:{payload_type} "))
    })
}

fn append(section: &str, line_prefix: &str, parameters: &str) -> String {
    section
        .split_inclusive('\n')
        .map(|line| {
            let content = line.trim_end_matches(['\r', '\n']);
            let end = &line[content.len()..];
            if content.starts_with(line_prefix) {
                format!("{content};{parameters}{end}")
            } else {
                line.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SDP: &str = "v=0\r\n\
        s=-\r\n\
        a=msid-semantic: WMS tok01 tok02\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
        a=mid:0\r\n\
        a=msid:tok01 track\r\n\
        a=rtpmap:111 opus/48000/2\r\n\
        a=fmtp:111 minptime=10;useinbandfec=1\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\n\
        a=mid:1\r\n\
        a=msid:tok02 track\r\n\
        a=rtpmap:96 VP8/90000\r\n\
        a=ssrc:7 msid:tok02 track\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 109\r\n\
        a=mid:2\r\n\
        a=rtpmap:109 OPUS/48000/2\r\n\
        a=fmtp:109 minptime=10\r\n";

    #[test]
    fn media_sections_are_listed_with_their_mids() {
        let sections: Vec<_> =
            media_sections(SDP).iter().map(|section| (section.media, section.mid)).collect();
        assert_eq!(sections, [("audio", "0"), ("video", "1"), ("audio", "2")]);
        assert_eq!(media_sections("garbage"), []);
    }

    #[test]
    fn opus_parameters_go_to_the_named_section_only() {
        let edited = add_opus_parameters(SDP, "2", "usedtx=1");
        assert_eq!(
            edited,
            SDP.replace("a=fmtp:109 minptime=10\r\n", "a=fmtp:109 minptime=10;usedtx=1\r\n")
        );
        assert_eq!(add_opus_parameters(SDP, "1", "usedtx=1"), SDP, "no opus there");
        assert_eq!(add_opus_parameters(SDP, "9", "usedtx=1"), SDP, "no such mid");
        assert_eq!(add_opus_parameters("", "0", "usedtx=1"), "");
    }

    #[test]
    fn stream_ids_are_replaced_wherever_they_stand() {
        let ids = [("tok01", "a1:TRACK_TYPE_AUDIO"), ("tok02", "a1:TRACK_TYPE_VIDEO")];
        let edited = replace_stream_ids(SDP, ids);
        assert!(edited.contains("WMS a1:TRACK_TYPE_AUDIO a1:TRACK_TYPE_VIDEO\r\n"));
        assert!(edited.contains("a=msid:a1:TRACK_TYPE_AUDIO track\r\n"));
        assert!(edited.contains("a=ssrc:7 msid:a1:TRACK_TYPE_VIDEO track\r\n"));
        assert!(!edited.contains("tok"));
    }
}
