//! Edits of session descriptions as text, where str0m has no option for what is needed.

/// Appends parameters to the opus format lines of the m-lines that have some.
pub fn add_opus_parameters<'a>(
    sdp: &str,
    parameters_of: impl Fn(&str) -> Option<&'a str>,
) -> String {
    let (session, sections) = split(sdp);
    let mut edited = session.to_owned();
    for section in sections {
        let mid = section.lines().find_map(|line| line.strip_prefix("a=mid:"));
        let parameters = mid.and_then(&parameters_of);
        match parameters.and_then(|it| Some((it, opus_format_prefix(section)?))) {
            Some((parameters, prefix)) => edited.push_str(&append(section, &prefix, parameters)),
            None => edited.push_str(section),
        }
    }
    edited
}

/// Puts the real stream ids in place of the tokens that stood in for them.
///
/// str0m keeps only the characters that RFC 8830 allows in a stream id, and `:` is not among them,
/// but clients of this protocol split stream ids at `:`.
pub fn replace_stream_ids<'a>(sdp: &str, id_of: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut edited = String::with_capacity(sdp.len());
    let mut rest = sdp;
    while let Some((before, after)) = rest.split_once(TOKEN_PREFIX) {
        edited.push_str(before);
        let (number, after) = after.split_at_checked(TOKEN_DIGITS).unwrap_or((after, ""));
        match id_of(number) {
            Some(id) => edited.push_str(id),
            None => edited.extend([TOKEN_PREFIX, number]),
        }
        rest = after;
    }
    edited.push_str(rest);
    edited
}

/// Stands for a stream id where it cannot stand itself.
pub fn token(number: &str) -> String {
    format!("{TOKEN_PREFIX}{number}")
}

/// The part of a token by which [`replace_stream_ids`] asks for the id.
pub fn token_number(number: u64) -> String {
    format!("{number:0TOKEN_DIGITS$x}")
}

/// Name of the codec that a browser sends by an answer, in lower case.
pub fn first_codec(answer: &str, mid: &str) -> Option<String> {
    let (_, sections) = split(answer);
    let is_meant = |section: &&&str| section.lines().any(|l| l.strip_prefix("a=mid:") == Some(mid));
    let section = sections.iter().find(is_meant)?;
    let first = section.lines().next()?.split(' ').nth(3)?;
    let prefix = format!("a=rtpmap:{first} ");
    let format = section.lines().find_map(|line| line.strip_prefix(prefix.as_str()))?;
    Some(format.split('/').next()?.to_ascii_lowercase())
}

/// Leaves one codec, with its retransmissions, in a video m-line. A codec that is not there leaves
/// the m-line as it is.
pub fn keep_codec<'a>(sdp: &str, codec_of: impl Fn(&str) -> Option<&'a str>) -> String {
    let (session, sections) = split(sdp);
    let mut edited = session.to_owned();
    for section in sections {
        let mid = section.lines().find_map(|line| line.strip_prefix("a=mid:"));
        let kept = mid.and_then(&codec_of).map(|codec| payload_types(section, codec));
        match kept {
            Some(kept) if section.starts_with("m=video") && !kept.is_empty() => {
                keep_payload_types(section, &kept, &mut edited);
            }
            _ => edited.push_str(section),
        }
    }
    edited
}

/// The payload types of a codec and of their retransmissions.
fn payload_types<'a>(section: &'a str, codec: &str) -> Vec<&'a str> {
    let mapped = |wanted: &str| {
        let maps = section.lines().filter_map(|line| line.strip_prefix("a=rtpmap:"));
        let of_codec = maps.filter_map(|map| {
            let (payload_type, format) = map.split_once(' ')?;
            let name = format.split('/').next()?;
            name.eq_ignore_ascii_case(wanted).then_some(payload_type)
        });
        of_codec.collect::<Vec<_>>()
    };
    let mut kept = mapped(codec);
    let of_kept = |rtx: &&str| {
        let parameters = format!("a=fmtp:{rtx} apt=");
        let original = section.lines().find_map(|line| line.strip_prefix(parameters.as_str()));
        original.is_some_and(|original| kept.contains(&original.trim_end()))
    };
    let retransmissions: Vec<_> = mapped("rtx").into_iter().filter(of_kept).collect();
    kept.extend(retransmissions);
    kept
}

fn keep_payload_types(section: &str, kept: &[&str], edited: &mut String) {
    for line in section.split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        if content.starts_with("m=") {
            // Media, port, protocol; then the payload types.
            let is_kept = |(index, field): &(usize, &str)| *index < 3 || kept.contains(field);
            let fields = content.split(' ').enumerate().filter(is_kept);
            let fields: Vec<_> = fields.map(|(_, field)| field).collect();
            edited.push_str(&fields.join(" "));
            edited.push_str(line.get(content.len()..).unwrap_or_default());
            continue;
        }
        let attribute = ["a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"]
            .iter()
            .find_map(|prefix| content.strip_prefix(prefix))
            .and_then(|rest| rest.split(' ').next());
        if attribute.is_none_or(|payload_type| payload_type == "*" || kept.contains(&payload_type))
        {
            edited.push_str(line);
        }
    }
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

const TOKEN_PREFIX: &str = "trunkline-stream-";
const TOKEN_DIGITS: usize = 16;

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
    fn opus_parameters_go_to_the_named_sections_only() {
        let add =
            |sdp, wanted| add_opus_parameters(sdp, |mid| (mid == wanted).then_some("usedtx=1"));
        let edited = add(SDP, "2");
        assert_eq!(
            edited,
            SDP.replace("a=fmtp:109 minptime=10\r\n", "a=fmtp:109 minptime=10;usedtx=1\r\n")
        );
        assert_eq!(add(SDP, "1"), SDP, "no opus there");
        assert_eq!(add(SDP, "9"), SDP, "no such mid");
        assert_eq!(add("", "0"), "");
    }

    #[test]
    fn stream_ids_are_replaced_wherever_they_stand() {
        let numbers = [token_number(1), token_number(0xabc)];
        let tokens = numbers.clone().map(|number| token(&number));
        let sdp = SDP.replace("tok01", &tokens[0]).replace("tok02", &tokens[1]);
        let edited = replace_stream_ids(&sdp, |number| {
            let ids = ["a1:TRACK_TYPE_AUDIO", "a1:TRACK_TYPE_VIDEO"];
            numbers.iter().position(|known| known == number).map(|index| ids[index])
        });
        assert!(edited.contains("WMS a1:TRACK_TYPE_AUDIO a1:TRACK_TYPE_VIDEO\r\n"));
        assert!(edited.contains("a=msid:a1:TRACK_TYPE_AUDIO track\r\n"));
        assert!(edited.contains("a=ssrc:7 msid:a1:TRACK_TYPE_VIDEO track\r\n"));
        assert!(!edited.contains(TOKEN_PREFIX));
        assert_eq!(replace_stream_ids(&sdp, |_| None), sdp, "unknown ones stay");
        for text in ["", TOKEN_PREFIX, "trunkline-stream-12", "trunkline-stream-\u{e9}\u{e9}"] {
            assert_eq!(replace_stream_ids(text, |_| None), text);
        }
    }

    const CODECS: &str = "v=0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
        a=mid:0\r\n\
        a=rtpmap:111 opus/48000/2\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99\r\n\
        a=mid:1\r\n\
        a=rtcp-fb:* transport-cc\r\n\
        a=rtpmap:96 VP8/90000\r\n\
        a=rtcp-fb:96 nack pli\r\n\
        a=rtpmap:97 rtx/90000\r\n\
        a=fmtp:97 apt=96\r\n\
        a=rtpmap:98 VP9/90000\r\n\
        a=rtcp-fb:98 nack pli\r\n\
        a=fmtp:98 profile-id=0\r\n\
        a=rtpmap:99 rtx/90000\r\n\
        a=fmtp:99 apt=98\r\n\
        a=extmap:1 urn:x\r\n";

    #[test]
    fn the_first_codec_is_sent() {
        let codec = |sdp: &str, mid| first_codec(sdp, mid);
        assert_eq!(codec(CODECS, "1").as_deref(), Some("vp8"));
        assert_eq!(codec(&keep_codec(CODECS, |_| Some("vp9")), "1").as_deref(), Some("vp9"));
        assert_eq!(codec(CODECS, "2"), None, "no such mid");
        assert_eq!(codec(&CODECS.replace("VPF 96", "VPF 100"), "1"), None, "of no format");
        assert_eq!(codec("m=video\r\na=mid:1\r\n", "1"), None);
    }

    #[test]
    fn one_codec_and_its_retransmissions_are_left() {
        let expected = "v=0\r\n\
            m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
            a=mid:0\r\n\
            a=rtpmap:111 opus/48000/2\r\n\
            m=video 9 UDP/TLS/RTP/SAVPF 98 99\r\n\
            a=mid:1\r\n\
            a=rtcp-fb:* transport-cc\r\n\
            a=rtpmap:98 VP9/90000\r\n\
            a=rtcp-fb:98 nack pli\r\n\
            a=fmtp:98 profile-id=0\r\n\
            a=rtpmap:99 rtx/90000\r\n\
            a=fmtp:99 apt=98\r\n\
            a=extmap:1 urn:x\r\n";
        let edited = keep_codec(CODECS, |_| Some("vp9"));
        assert_eq!(edited, expected);
        assert_eq!(keep_codec(&edited, |_| Some("vp9")), expected, "a second time");
        assert_eq!(keep_codec(CODECS, |_| Some("av1")), CODECS, "not there");
        assert_eq!(keep_codec(CODECS, |mid| (mid == "0").then_some("vp9")), CODECS, "audio");
        assert_eq!(keep_codec(CODECS, |_| None), CODECS);
    }
}
