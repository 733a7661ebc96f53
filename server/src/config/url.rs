//! URLs of servers.

use super::error::ConfigError;

/// That of a server that can be spoken to without TLS.
pub(super) fn check_server_url(url: String) -> Result<String, ConfigError> {
    if url.starts_with("http://") { check_url(url) } else { Err(ConfigError::ServerUrl(url)) }
}

/// One that can stand before a path, without a slash at the end.
pub(super) fn check_url(url: String) -> Result<String, ConfigError> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(['?', '#', ' ', '"']) => {
            Ok(url.trim_end_matches('/').into())
        }
        _ => Err(ConfigError::PublicUrl(url)),
    }
}
