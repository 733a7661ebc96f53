//! The user's token: where it comes from, and when a new one is needed.

use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::Deserialize;

use super::{
    effect::Effect,
    error::{Category, Code, Error},
    host::Host,
    ids::TokenRequestId,
    outbox::Outbox,
    time::{Duration, Time},
    user::{Tokens, UserKind},
    view::lenient::{number, object_in, text},
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
}

/// What came of a question to the provider.
#[must_use]
pub(crate) enum TokenNews<H: Host> {
    /// Not our question, or not answered yet.
    Nothing,
    /// There is a token.
    Ready,
    /// There will be none until it is asked for again.
    Failed(Error<H>),
}

impl TokenSource {
    /// Checks what the app gave, before anything is sent.
    pub(crate) fn new<H: Host>(
        out: &Outbox<H>,
        user_id: &str,
        kind: UserKind,
        tokens: &Tokens,
    ) -> Result<Self, Error<H>> {
        let mut source = Self {
            user_id: user_id.to_owned(),
            kind,
            provider: tokens.provider,
            current: None,
            asked: None,
        };
        match (&tokens.fixed, kind) {
            (Some(token), _) => {
                source.accept(token)?;
                let expired = Claims::read(token)
                    .and_then(|claims| claims.exp)
                    .is_some_and(|exp| exp * 1000.0 + CLOCK_SKEW_MS < out.epoch_millis());
                match (expired, source.provider) {
                    (false, _) => source.current = Some(token.clone()),
                    (true, true) => {}
                    (true, false) => return Err(expired_token()),
                }
            }
            (None, UserKind::Authenticated) if !tokens.provider => {
                return Err(Error::new(
                    Code::AuthTokenMissing,
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
    pub(crate) fn want<H: Host>(&mut self, out: &mut Outbox<H>) {
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
    pub(crate) fn expire<H: Host>(&mut self, out: &mut Outbox<H>, token: Option<&str>) {
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

    pub(crate) fn on_answer<H: Host>(
        &mut self,
        request: TokenRequestId,
        result: Result<String, H::Thrown>,
    ) -> TokenNews<H> {
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

    pub(crate) fn on_timeout<H: Host>(&mut self, now: Time) -> TokenNews<H> {
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
    fn accept<H: Host>(&self, token: &str) -> Result<(), Error<H>> {
        let refuse = |message: String| {
            Err(Error::new(Code::AuthTokenInvalid, Category::Auth, message)
                .hint("Check that the token is made with this app's secret and for this user."))
        };
        let Some(claims) = Claims::read(token) else {
            return refuse("the token is not a JWT".to_owned());
        };
        let user_id = claims.user_id;
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
}

fn expired_token<H: Host>() -> Error<H> {
    Error::new(Code::AuthTokenExpired, Category::Auth, "the token has expired")
        .hint("Give the client a token provider, so that it can get a new token by itself.")
}

fn provider_failed<H: Host>(message: &str) -> Error<H> {
    Error::new(Code::AuthProviderFailed, Category::Auth, message)
        .hint("The cause is what your provider threw; the next attempt calls it again.")
        .retryable()
}

/// What is read of the payload of a token.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Claims {
    #[serde(deserialize_with = "text")]
    user_id: String,
    /// Seconds since the epoch.
    #[serde(deserialize_with = "number")]
    exp: Option<f64>,
}

impl Claims {
    /// Reads a token: three parts, the second of which is a JSON object.
    fn read(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        object_in(&String::from_utf8(BASE64_URL.decode(payload).ok()?).ok()?)
    }
}

/// Tokens come without padding; one that has it is none the worse.
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_with_and_without_padding() {
        for payload in ["eyJ1c2VyX2lkIjoiYSIsImV4cCI6NX0", "eyJ1c2VyX2lkIjoiYSIsImV4cCI6NX0="] {
            let claims = Claims::read(&format!("e30.{payload}.c2ln")).unwrap();
            assert_eq!((claims.user_id.as_str(), claims.exp), ("a", Some(5.0)));
        }
    }

    #[test]
    fn what_is_no_token_has_no_claims() {
        for token in ["", "a.b", "e30.e30.c2ln.x", "e30.a+b.c2ln", "e30.NQ.c2ln", "e30..c2ln"] {
            assert!(Claims::read(token).is_none(), "{token}");
        }
        let claims = Claims::read("e30.eyJ1c2VyX2lkIjo1LCJleHAiOiJ4In0.c2ln").unwrap();
        assert_eq!((claims.user_id.as_str(), claims.exp), ("", None), "mistyped is absent");
    }
}
