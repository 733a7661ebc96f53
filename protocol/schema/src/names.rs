//! Names in the style of Rust.

/// The Rust name of a model, enum or event: `HLSSettingsRequest` → `HlsSettingsRequest`.
pub fn rust_type(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let upper = |at: usize| chars.get(at).is_some_and(char::is_ascii_uppercase);
    let lower = |at: usize| chars.get(at).is_some_and(char::is_ascii_lowercase);
    chars
        .iter()
        .enumerate()
        .map(|(at, c)| {
            let inside = at > 0 && upper(at - 1) && !lower(at + 1);
            if inside { c.to_ascii_lowercase() } else { *c }
        })
        .collect()
}

/// `join-ended-call` → `JoinEndedCall`; for other separators too.
pub fn pascal_case(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_become_words() {
        for (name, expected) in [
            ("HLSSettingsRequest", "HlsSettingsRequest"),
            ("APIError", "ApiError"),
            ("CallDTMFEvent", "CallDtmfEvent"),
            ("CallResponse", "CallResponse"),
        ] {
            assert_eq!(rust_type(name), expected);
        }
    }

    #[test]
    fn words_are_joined() {
        assert_eq!(pascal_case("join-ended-call"), "JoinEndedCall");
        assert_eq!(pascal_case("call.session_started"), "CallSessionStarted");
    }
}
