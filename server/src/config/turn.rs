//! TURN servers that clients are told.

use std::str::FromStr;

use trunkline_protocol::coordinator::IceServerResponse;

use super::error::ConfigError;
use crate::turn::TurnServers;

/// A TURN server, as `URL,USER,PASS`, or as `URL` when it takes credentials that are signed.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Everybody has the same user and password.
    Shared(IceServerResponse),
    /// Everybody gets their own.
    Signed(String),
}

/// What clients are told of these.
pub(super) fn servers(
    servers: Vec<Turn>,
    secret: Option<String>,
) -> Result<TurnServers, ConfigError> {
    let mut told = TurnServers { secret: secret.unwrap_or_default(), ..TurnServers::default() };
    for server in servers {
        match server {
            Turn::Shared(server) => told.shared.push(server),
            Turn::Signed(_) if told.secret.is_empty() => return Err(ConfigError::NoTurnSecret),
            Turn::Signed(url) => told.signed.push(url),
        }
    }
    Ok(told)
}

impl FromStr for Turn {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // A password may have commas.
        if !text.contains(',') && is_turn_url(text) {
            return Ok(Self::Signed(text.to_owned()));
        }
        let mut parts = text.splitn(3, ',');
        let (Some(url), Some(user), Some(password)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err("must be URL,USER,PASS, or URL with --turn-secret");
        };
        if user.is_empty() || password.is_empty() {
            return Err("must have a user and a password: browsers refuse TURN without");
        }
        if !is_turn_url(url) {
            return Err("must have a URL like turn:HOST:PORT?transport=udp or turns:HOST:PORT");
        }
        Ok(Self::Shared(IceServerResponse {
            urls: vec![url.to_owned()],
            username: user.to_owned(),
            password: password.to_owned(),
        }))
    }
}

/// Whether a browser takes it (RFC 7065): one wrong URL and it makes no connection at all.
fn is_turn_url(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("turn:").or_else(|| url.strip_prefix("turns:")) else {
        return false;
    };
    let (authority, query) = rest.split_once('?').unwrap_or((rest, "transport=udp"));
    let (host, port) = match authority.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
        Some((host, port)) => (host, port),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    !host.is_empty()
        && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c))
        && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
        && matches!(query, "transport=udp" | "transport=tcp")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::{parse, serve};

    #[test]
    fn a_server_has_a_url_a_user_and_a_password() {
        let Ok(Turn::Shared(server)) = "turn:turn.example.com:3478,me,a,b".parse() else {
            panic!("no server")
        };
        assert_eq!(server.urls, ["turn:turn.example.com:3478"]);
        assert_eq!((server.username.as_str(), server.password.as_str()), ("me", "a,b"));
        assert!(matches!("turns:x:443".parse(), Ok(Turn::Signed(url)) if url == "turns:x:443"));
        for text in ["", "x", "turn:x,me", "turn:x,,p", "turn:x,me,", "stun:x,me,p"] {
            assert!(text.parse::<Turn>().is_err(), "{text}");
        }
    }

    #[test]
    fn urls_that_a_browser_would_not_take_are_refused() {
        let accepted =
            ["turn:x", "turns:x:443?transport=tcp", "turn:192.0.2.1:1", "turn:[2001:db8::1]:3478"];
        assert!(accepted.into_iter().all(is_turn_url));
        for url in [
            "turn:",
            "turn://x",
            "https://x",
            "turn::3478",
            "turn:x:0",
            "turn:x:99999",
            "turn:x:",
            "turn:x?transport=sctp",
            "turn:x/y",
            "turn:[]:1",
        ] {
            assert!(!is_turn_url(url), "{url}");
        }
    }

    #[test]
    fn turn_servers_without_a_password_need_a_secret() {
        assert!(matches!(parse("--dev --turn turn:x"), Err(ConfigError::NoTurnSecret)));
        let config = serve("--dev --turn turn:x --turn turn:y,me,pass --turn-secret s");
        assert_eq!(config.turn.signed, ["turn:x"]);
        assert_eq!(config.turn.shared[0].urls, ["turn:y"]);
    }
}
