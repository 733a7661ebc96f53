//! The user's token: where it comes from, and when a new one is needed.

use super::{
    effect::Effect,
    error::{Category, Cause, Error},
    ids::TokenRequestId,
    json::Json,
    outbox::Outbox,
    time::{Duration, Time},
    user::{Tokens, UserKind},
};

/// How long the app's provider may take.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);
/// Clocks of browsers and servers differ; a token counts as expired this much after its time.
const CLOCK_SKEW_MS: f64 = 60_000.0;

/// Holds the token of one user and gets a new one when it is refused.
///
/// At most one question to the provider is open; everybody who needs a token waits for it.
#[derive(Debug)]
pub(crate) struct TokenSource {
    user_id: String,
    kind: UserKind,
    provider: bool,
    current: Option<String>,
    asked: Option<(TokenRequestId, Time)>,
    parse_json: fn(&str) -> Option<Json>,
}

/// What came of a question to the provider.
pub(crate) enum TokenNews {
    /// Not our question, or not answered yet.
    Nothing,
    /// There is a token.
    Ready,
    /// There will be none until it is asked for again.
    Failed(Error),
}

impl TokenSource {
    /// Checks what the app gave, before anything is sent.
    pub(crate) fn new(
        out: &Outbox,
        user_id: &str,
        kind: UserKind,
        tokens: &Tokens,
        parse_json: fn(&str) -> Option<Json>,
    ) -> Result<Self, Error> {
        let mut source = Self {
            user_id: user_id.to_owned(),
            kind,
            provider: tokens.provider,
            current: None,
            asked: None,
            parse_json,
        };
        match (&tokens.fixed, kind) {
            (Some(token), _) => {
                source.accept(token)?;
                let expired = source
                    .claim_seconds(token, "exp")
                    .is_some_and(|exp| exp * 1000.0 + CLOCK_SKEW_MS < out.epoch_millis());
                match (expired, source.provider) {
                    (false, _) => source.current = Some(token.clone()),
                    (true, true) => {}
                    (true, false) => return Err(expired_token()),
                }
            }
            (None, UserKind::Authenticated) if !tokens.provider => {
                return Err(Error::new(
                    "auth-token-missing",
                    Category::Auth,
                    "an authenticated user needs a token or a token provider",
                )
                .hint("Pass a token made by your backend, or a function that fetches one."));
            }
            (None, _) => {}
        }
        Ok(source)
    }

    pub(crate) fn current(&self) -> Option<&str> {
        self.current.as_deref()
    }

    /// Whether requests can go out: there is a token, or none is needed.
    pub(crate) fn is_ready(&self) -> bool {
        self.current.is_some() || (self.kind == UserKind::Anonymous && !self.provider)
    }

    /// Asks the provider, unless there is a token or it is being asked.
    pub(crate) fn want(&mut self, out: &mut Outbox) {
        if !self.is_ready() && self.asked.is_none() && self.provider {
            let request = out.id(None);
            self.asked = Some((request, out.after(PROVIDER_TIMEOUT)));
            out.push(Effect::FetchToken(request));
        }
    }

    /// Whether a token that expired can be replaced.
    pub(crate) fn can_refresh(&self) -> bool {
        self.provider
    }

    /// The server says that `token` has expired: asks the provider for another one.
    pub(crate) fn expire(&mut self, out: &mut Outbox, token: Option<&str>) {
        // Somebody else may have been refused, and served, with the same token before.
        if self.current.as_deref() == token {
            self.current = None;
        }
        self.want(out);
    }

    /// Takes a token that the coordinator made for a guest.
    pub(crate) fn set(&mut self, token: String) {
        self.current = Some(token);
    }

    pub(crate) fn on_answer(
        &mut self,
        request: TokenRequestId,
        result: Result<String, Cause>,
    ) -> TokenNews {
        if self.asked.is_none_or(|(asked, _)| asked != request) {
            return TokenNews::Nothing;
        }
        self.asked = None;
        match result {
            Ok(token) => match self.accept(&token) {
                Ok(()) => {
                    self.current = Some(token);
                    TokenNews::Ready
                }
                Err(error) => TokenNews::Failed(error),
            },
            Err(cause) => {
                TokenNews::Failed(provider_failed("the token provider failed").cause(cause))
            }
        }
    }

    pub(crate) fn on_timeout(&mut self, now: Time) -> TokenNews {
        if self.asked.is_none_or(|(_, until)| now < until) {
            return TokenNews::Nothing;
        }
        self.asked = None;
        TokenNews::Failed(provider_failed("the token provider did not answer within 10 s"))
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.asked.map(|(_, until)| until)
    }

    /// Whether `token` can be this user's: three parts, a JSON payload, the right `user_id`.
    fn accept(&self, token: &str) -> Result<(), Error> {
        let refuse = |message: String| {
            Err(Error::new("auth-token-invalid", Category::Auth, message)
                .hint("Check that the token is made with this app's secret and for this user."))
        };
        let Some(claims) = self.claims(token) else {
            return refuse("the token is not a JWT".to_owned());
        };
        let user_id = claims.text("user_id");
        if self.kind == UserKind::Authenticated && user_id != self.user_id {
            let mut message = String::from("the token is for the user '");
            message.push_str(&user_id);
            message.push_str("', not for '");
            message.push_str(&self.user_id);
            message.push('\'');
            return refuse(message);
        }
        Ok(())
    }

    fn claim_seconds(&self, token: &str, claim: &str) -> Option<f64> {
        self.claims(token)?.number(claim)
    }

    fn claims(&self, token: &str) -> Option<Json> {
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let text = String::from_utf8(decode_base64url(payload)?).ok()?;
        (self.parse_json)(&text)
    }
}

fn expired_token() -> Error {
    Error::new("auth-token-expired", Category::Auth, "the token has expired")
        .hint("Give the client a token provider, so that it can get a new token by itself.")
}

fn provider_failed(message: &str) -> Error {
    Error::new("auth-provider-failed", Category::Auth, message)
        .hint("The cause is what your provider threw; the next attempt calls it again.")
        .retryable()
}

fn decode_base64url(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut buffer, mut bits) = (0u32, 0u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        buffer = buffer << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            #[allow(clippy::cast_possible_truncation)] // the lowest eight bits are wanted
            bytes.push((buffer >> bits) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_decodes_with_and_without_padding() {
        assert_eq!(decode_base64url("eyJhIjoxfQ").as_deref(), Some(&br#"{"a":1}"#[..]));
        assert_eq!(decode_base64url("_-8=").as_deref(), Some(&[0xff, 0xef][..]));
        assert_eq!(decode_base64url("a+b"), None);
    }
}
