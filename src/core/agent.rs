//! Which browser this is, read from how it introduces itself.

/// A browser and its operating system, as told to the SFU: names and versions, empty when unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// Such as `Firefox`.
    pub browser: String,
    /// Such as `128.0`.
    pub browser_version: String,
    /// Such as `Windows`.
    pub os: String,
    /// Such as `10.0`.
    pub os_version: String,
}

impl Agent {
    /// Reads `navigator.userAgent`.
    pub fn read(text: &str) -> Self {
        let (browser, browser_version) = find(text, BROWSERS);
        let (mut os, os_version) = find(text, SYSTEMS);
        if os.is_empty() && text.contains("Linux") {
            // It tells no version.
            "Linux".clone_into(&mut os);
        }
        Self { browser, browser_version, os, os_version }
    }
}

/// What a name looks like: the text before its version, and a text that also has to be there.
type Mark = (&'static str, &'static str, &'static str);

/// The first that fits counts: each browser also names those it wants to be taken for.
const BROWSERS: &[Mark] = &[
    ("Edge", "Edg/", ""),
    ("Opera", "OPR/", ""),
    ("Firefox", "Firefox/", ""),
    ("Chrome", "Chrome/", ""),
    ("Safari", "Version/", "Safari"),
];

const SYSTEMS: &[Mark] = &[
    ("Android", "Android ", ""),
    ("iOS", "iPhone OS ", ""),
    ("iOS", "CPU OS ", ""),
    ("Windows", "Windows NT ", ""),
    ("macOS", "Mac OS X ", ""),
];

fn find(text: &str, marks: &[Mark]) -> (String, String) {
    for (name, before, also) in marks {
        let Some((_, rest)) = text.split_once(before) else {
            continue;
        };
        let is_of_version = |c: char| c.is_ascii_digit() || matches!(c, '.' | '_');
        let version: String = rest.chars().take_while(|c| is_of_version(*c)).collect();
        if !version.is_empty() && rest.contains(also) {
            return ((*name).to_owned(), version.replace('_', "."));
        }
    }
    Default::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_apart_from_those_they_want_to_be_taken_for() {
        for (text, told) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/126.0.0.0 Safari/537.36 Edg/126.0.1",
                ["Edge", "126.0.1", "Windows", "10.0"],
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                ["Firefox", "128.0", "Linux", ""],
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like \
                 Gecko) Version/17.5 Safari/605.1.15",
                ["Safari", "17.5", "macOS", "10.15.7"],
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
                 Gecko) Version/16.6 Mobile/15E148 Safari/604.1",
                ["Safari", "16.6", "iOS", "16.6"],
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/126.0.0.0 Mobile Safari/537.36",
                ["Chrome", "126.0.0.0", "Android", "14"],
            ),
            ("Node.js/22", ["", "", "", ""]),
        ] {
            let Agent { browser, browser_version, os, os_version } = Agent::read(text);

            assert_eq!([browser, browser_version, os, os_version], told, "{text}");
        }
    }
}
