//! What is read and edited in session descriptions and candidates: text in, text out.

/// The first `a=ice-ufrag` of a description, which names its ICE generation.
pub(crate) fn ice_ufrag(sdp: &str) -> Option<&str> {
    sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:")).map(str::trim)
}

/// The ICE generation that the attribute line of a candidate names.
pub fn candidate_ufrag(candidate: &str) -> Option<&str> {
    let mut words = candidate.split_ascii_whitespace();
    words.find(|word| *word == "ufrag")?;
    words.next()
}

/// The answer to `offer`, with stereo accepted wherever the offer has it.
///
/// Browsers answer mono unless told so, whatever the offer says: the opus `fmtp` line of the answer
/// needs `stereo=1` for each m-line whose offer has it (SFU protocol, stereo in the answer).
pub fn accept_stereo(offer: &str, answer: &str) -> String {
    let offered = media_sections(offer);
    let is_offered =
        |mid: &str| offered.iter().any(|section| section.mid() == Some(mid) && section.is_stereo());
    // Where text is to be put in, the last place first, so that the others stay where they are.
    let mut places: Vec<usize> = media_sections(answer)
        .iter()
        .filter(|section| section.mid().is_some_and(is_offered) && !section.is_stereo())
        .filter_map(Section::opus_fmtp)
        .map(|line| line.end)
        .collect();
    places.reverse();
    let mut answer = answer.to_owned();
    for place in places {
        answer.insert_str(place, ";stereo=1");
    }
    answer
}

/// One `m=` line of a description and what follows it.
struct Section<'a>(Vec<Line<'a>>);

#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    /// Where its text ends in the description.
    end: usize,
}

fn media_sections(sdp: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut start = 0;
    for raw in sdp.split_inclusive('\n') {
        let text = raw.trim_end_matches(['\r', '\n']);
        let line = Line { text, end: start + text.len() };
        start += raw.len();
        if text.starts_with("m=") {
            sections.push(Section(vec![line]));
        } else if let Some(Section(lines)) = sections.last_mut() {
            lines.push(line);
        }
    }
    sections
}

impl<'a> Section<'a> {
    fn mid(&self) -> Option<&'a str> {
        self.0.iter().find_map(|line| line.text.strip_prefix("a=mid:"))
    }

    /// The line with the parameters of opus, if there is one.
    fn opus_fmtp(&self) -> Option<Line<'a>> {
        let opus = self.0.iter().find_map(|line| {
            let (payload_type, codec) = line.text.strip_prefix("a=rtpmap:")?.split_once(' ')?;
            let name = codec.split('/').next()?;
            name.eq_ignore_ascii_case("opus").then_some(payload_type)
        })?;
        let is_of_opus = |line: &&Line<'_>| {
            let parameters = line.text.strip_prefix("a=fmtp:");
            parameters.and_then(|text| text.split_once(' ')).is_some_and(|(of, _)| of == opus)
        };
        self.0.iter().find(is_of_opus).copied()
    }

    fn is_stereo(&self) -> bool {
        self.opus_fmtp().is_some_and(|line| {
            let parameters = line.text.split_once(' ').map_or("", |(_, parameters)| parameters);
            parameters.split(';').any(|parameter| parameter.trim() == "stereo=1")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\ns=-\r\na=ice-ufrag:abcd\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n\
        a=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;sprop-stereo=1;stereo=1\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\na=rtpmap:111 opus/48000/2\r\n\
        a=fmtp:111 minptime=10;sprop-stereo=1\r\n";
    const SESSION: &str = "v=0\r\ns=-\r\n";
    const FIRST: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n\
        a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\n";
    const SECOND: &str = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:1\r\n\
        a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10\r\n";

    #[test]
    fn the_ice_generation_is_the_first_ufrag() {
        let sdp =
            "v=0\r\na=ice-ufrag:abcd\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ice-ufrag:efgh\r\n";

        assert_eq!(ice_ufrag(sdp), Some("abcd"));
        assert_eq!(ice_ufrag("v=0\r\ns=-\r\n"), None);
    }

    #[test]
    fn a_candidate_names_its_generation_where_the_browser_writes_it() {
        let candidate = "candidate:1 1 udp 2113937151 127.0.0.1 50000 typ host generation 0 \
            ufrag AbC/ network-cost 999";

        assert_eq!(candidate_ufrag(candidate), Some("AbC/"));
        for without in ["", "candidate:1 1 udp 1 127.0.0.1 5 typ host", "x ufrag", "xufrag abc"] {
            assert_eq!(candidate_ufrag(without), None, "{without:?}");
        }
    }

    #[test]
    fn stereo_is_accepted_only_where_it_was_offered() {
        let answer = [SESSION, FIRST, SECOND].concat();

        let patched = accept_stereo(OFFER, &answer);

        assert_eq!(patched, [SESSION, &with_stereo(FIRST), SECOND].concat());
        assert_eq!(accept_stereo(OFFER, &patched), patched, "a second pass changes nothing");
    }

    #[test]
    fn stereo_is_accepted_in_each_section_that_has_it() {
        let offer = OFFER.replace("sprop-stereo=1\r\n", "stereo=1\r\n");

        let patched = accept_stereo(&offer, &[SESSION, FIRST, SECOND].concat());

        assert_eq!(patched, [SESSION, &with_stereo(FIRST), &with_stereo(SECOND)].concat());
    }

    #[test]
    fn the_line_of_the_codec_is_patched_not_that_of_another() {
        let other = "a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:111";
        let answer = [SESSION, &FIRST.replace("a=rtpmap:111", other)].concat();

        assert_eq!(accept_stereo(OFFER, &answer), with_stereo(&answer));
    }

    #[test]
    fn a_codec_has_its_name_in_any_case_and_parameters_may_be_spaced() {
        let answer = [SESSION, &FIRST.replace("opus", "OPUS")].concat();
        assert_eq!(accept_stereo(OFFER, &answer), with_stereo(&answer));

        let spaced = FIRST.replace("minptime=10", "minptime=10; stereo=1 ");
        assert_eq!(accept_stereo(OFFER, &spaced), spaced);
    }

    #[test]
    fn sections_are_told_apart_by_their_mid_whatever_their_order() {
        let patched = accept_stereo(OFFER, &[SESSION, SECOND, FIRST].concat());

        assert_eq!(patched, [SESSION, SECOND, &with_stereo(FIRST)].concat());
    }

    #[test]
    fn text_that_is_no_description_comes_back_unchanged() {
        for text in ["", "m=", "\nm=\n", "a=mid:0\r\na=fmtp:111 x", "é\r\nm=audio\r\n", "\r\r\n\n"]
        {
            assert_eq!(accept_stereo(OFFER, text), text);
            assert_eq!(accept_stereo(text, FIRST), FIRST);
        }
    }

    fn with_stereo(section: &str) -> String {
        section.replace("minptime=10\r\n", "minptime=10;stereo=1\r\n")
    }
}
