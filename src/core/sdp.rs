//! Edits of session descriptions: text in, text out.

/// The answer to `offer`, with stereo accepted wherever the offer has it.
///
/// Browsers answer mono unless told so, whatever the offer says: the opus `fmtp` line of the
/// answer needs `stereo=1` for each m-line whose offer has it (SFU protocol, stereo in the answer).
pub fn answer_stereo(offer: &str, answer: &str) -> String {
    let stereo_mids: Vec<&str> = media_sections(offer)
        .filter(|section| opus_fmtp(section).is_some_and(|line| has_parameter(line, "stereo=1")))
        .filter_map(mid)
        .collect();

    let mut patched = String::with_capacity(answer.len() + 16 * stereo_mids.len());
    for section in sections(answer) {
        let fmtp = opus_fmtp(section)
            .filter(|_| mid(section).is_some_and(|mid| stereo_mids.contains(&mid)))
            .filter(|line| !has_parameter(line, "stereo=1"));
        for line in section.split_inclusive('\n') {
            match line.strip_suffix("\r\n") {
                Some(text) if Some(text) == fmtp => {
                    patched.push_str(text);
                    patched.push_str(";stereo=1\r\n");
                }
                _ => patched.push_str(line),
            }
        }
    }
    patched
}

/// The first `a=ice-ufrag` of a description, which names its ICE generation.
pub(crate) fn ice_ufrag(sdp: &str) -> Option<&str> {
    sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).map(str::trim)
}

/// The description cut before each `m=` line; the first part is the session's own.
fn sections(sdp: &str) -> impl Iterator<Item = &str> {
    let mut rest = sdp;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let starts_media = |at: &usize| rest.get(*at..).is_some_and(|line| line.starts_with("m="));
        let end = rest.match_indices('\n').map(|(at, _)| at + 1).find(starts_media);
        let (section, tail) = end.and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
        rest = tail;
        Some(section)
    })
}

fn media_sections(sdp: &str) -> impl Iterator<Item = &str> {
    sections(sdp).filter(|section| section.starts_with("m="))
}

fn mid(section: &str) -> Option<&str> {
    section.lines().find_map(|line| line.strip_prefix("a=mid:"))
}

fn opus_fmtp(section: &str) -> Option<&str> {
    let payload_type = section.lines().find_map(|line| {
        let (payload_type, codec) = line.strip_prefix("a=rtpmap:")?.split_once(' ')?;
        codec.to_ascii_lowercase().starts_with("opus/").then_some(payload_type)
    })?;
    section.lines().find(|line| {
        line.strip_prefix("a=fmtp:")
            .and_then(|rest| rest.split_once(' '))
            .is_some_and(|(of, _)| of == payload_type)
    })
}

fn has_parameter(fmtp: &str, parameter: &str) -> bool {
    let parameters = fmtp.split_once(' ').map_or("", |(_, parameters)| parameters);
    parameters.split(';').any(|p| p.trim() == parameter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\ns=-\r\na=ice-ufrag:abcd\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
        a=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;sprop-stereo=1;stereo=1\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=rtpmap:111 opus/48000/2\r\n\
        a=fmtp:111 minptime=10;sprop-stereo=1\r\n";
    const ANSWER: &str = "v=0\r\ns=-\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n\
        a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=rtpmap:111 opus/48000/2\r\n\
        a=fmtp:111 minptime=10\r\n";

    #[test]
    fn stereo_is_accepted_only_where_it_was_offered() {
        let patched = answer_stereo(OFFER, ANSWER);

        let expected = ANSWER.replacen("minptime=10\r\n", "minptime=10;stereo=1\r\n", 1);
        assert_eq!(patched, expected);
        assert_eq!(answer_stereo(OFFER, &patched), patched, "a second pass changes nothing");
    }

    #[test]
    fn text_that_is_no_description_comes_back_unchanged() {
        for text in ["", "m=", "\nm=\n", "a=mid:0\r\na=fmtp:111 x", "é\r\nm=audio\r\n"] {
            assert_eq!(answer_stereo(OFFER, text), text);
        }
    }

    #[test]
    fn the_ice_generation_is_the_first_ufrag() {
        assert_eq!(ice_ufrag(OFFER), Some("abcd"));
        assert_eq!(ice_ufrag(ANSWER), None);
    }
}
