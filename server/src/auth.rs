//! User tokens: JWT, HS256, signed with the app secret.

mod apps;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use trunkline_protocol::coordinator::{DateTime, ErrorCode};

use crate::{
    app::AppId,
    clock,
    coordinator::{Caller, Refusal},
};

pub use apps::{Apps, KnownApp};

/// An app: a tenant with its own users, calls and teams.
#[derive(Clone)]
pub struct App {
    /// Public: names the app.
    pub key: String,
    /// Signs user tokens.
    pub secret: String,
}

/// Claims of a user token.
///
/// `role` without `call_cids`, and `teams`, are additions of this server: they are role and teams of
/// the user as long as the token is valid, or until the server-side API names others: those count
/// against all tokens that were issued before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserClaims {
    /// Whose token it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Seconds since the epoch; may have a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<Number>,
    /// Seconds since the epoch; may have a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<Number>,
    /// Seconds since the epoch; may have a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<Number>,
    /// Role of the user, in the calls of `call_cids` if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Teams of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<String>>,
    /// Calls the user is a member of by this token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_cids: Option<Vec<String>>,
    /// A token for backends, not for participants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<bool>,
}

/// What a request brings along to say who it is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Credentials<'a> {
    /// App key.
    pub api_key: Option<&'a str>,
    /// `jwt` or `anonymous`.
    pub auth_type: Option<&'a str>,
    /// JWT, without `Bearer`.
    pub token: Option<&'a str>,
    /// Who the client thinks it is.
    pub user_id: Option<&'a str>,
}

impl App {
    fn authenticate(&self, id: AppId, credentials: Credentials<'_>) -> Result<Caller, Refusal> {
        let token = credentials.token.filter(|token| !token.is_empty());
        if credentials.auth_type == Some("anonymous") {
            let claims = token.map(|token| self.verify(token)).transpose()?.unwrap_or_default();
            check_user(claims.user_id.as_deref(), Some(ANONYMOUS))?;
            return Ok(Caller {
                has_token: token.is_some(),
                ..caller(id, ANONYMOUS.into(), true, claims)
            });
        }
        let token = token.ok_or_else(|| authentication("the request has no token"))?;
        let mut claims = self.verify(token)?;
        let user_id = claims.user_id.take().filter(|id| !id.is_empty() && id != ANONYMOUS);
        let user_id = user_id.ok_or_else(|| authentication("the token has no user_id"))?;
        check_user(Some(&user_id), credentials.user_id)?;
        Ok(caller(id, user_id, false, claims))
    }

    /// Reads the token of a participant.
    pub fn verify(&self, token: &str) -> Result<UserClaims, Refusal> {
        let claims = self.read(token)?;
        if claims.server == Some(true) {
            return Err(authentication("a server-side token is not valid for a participant"));
        }
        Ok(claims)
    }

    /// Reads a token: signature, then times.
    fn read(&self, token: &str) -> Result<UserClaims, Refusal> {
        // Pinned: the header of a token must not choose how it is checked.
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are checked below, each with the code the protocol has for it.
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_secret(self.secret.as_bytes());
        let claims = jsonwebtoken::decode::<UserClaims>(token, &key, &validation)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidSignature
                | ErrorKind::InvalidAlgorithm
                | ErrorKind::InvalidAlgorithmName => {
                    Refusal::new(ErrorCode::TokenSignatureInvalid, "the token signature is invalid")
                }
                _ if names_another_algorithm(token) => {
                    Refusal::new(ErrorCode::TokenSignatureInvalid, "the token signature is invalid")
                }
                _ => authentication("the token cannot be read"),
            })?
            .claims;
        check_times(&claims)?;
        Ok(claims)
    }

    /// Signs a token.
    pub fn sign(&self, claims: &UserClaims) -> Result<String, Refusal> {
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key)
            .map_err(|error| Refusal::internal(&error))
    }

    /// Signs a token for one user, from now on, for `ttl` seconds or for good.
    pub fn token_for(
        &self,
        user_id: &str,
        role: Option<String>,
        teams: Option<Vec<String>>,
        ttl: Option<u32>,
    ) -> Result<String, Refusal> {
        let now = clock::unix_seconds();
        self.sign(&UserClaims {
            user_id: Some(user_id.into()),
            iat: Some(now.into()),
            exp: ttl.map(|seconds| (now + u64::from(seconds)).into()),
            role,
            teams,
            ..UserClaims::default()
        })
    }

    /// Signs a server-side token, from now on, for `ttl` seconds or for good.
    pub fn server_token(&self, ttl: Option<u32>) -> Result<String, Refusal> {
        let now = clock::unix_seconds();
        self.sign(&UserClaims {
            server: Some(true),
            iat: Some(now.into()),
            exp: ttl.map(|seconds| (now + u64::from(seconds)).into()),
            ..UserClaims::default()
        })
    }
}

fn caller(app: AppId, user_id: String, anonymous: bool, claims: UserClaims) -> Caller {
    Caller {
        app,
        user_id,
        anonymous,
        role: claims.role,
        teams: claims.teams,
        call_cids: claims.call_cids.unwrap_or_default(),
        has_token: true,
        issued_at: claims.iat.and_then(|iat| iat.as_f64()).map(after_epoch),
        expires_at: claims.exp.and_then(|exp| exp.as_f64()).map(after_epoch),
    }
}

fn after_epoch(seconds: f64) -> DateTime {
    #[allow(clippy::cast_possible_truncation)] // saturates
    DateTime::from_unix_nanos((seconds * 1e9) as i64)
}

fn check_user(token_user: Option<&str>, claimed: Option<&str>) -> Result<(), Refusal> {
    match (token_user, claimed) {
        (Some(token_user), Some(claimed)) if token_user != claimed => {
            Err(authentication("the token is not one of this user"))
        }
        _ => Ok(()),
    }
}

fn check_times(claims: &UserClaims) -> Result<(), Refusal> {
    #[allow(clippy::cast_precision_loss)] // to a microsecond, which is more than tokens say
    let now = clock::now().unix_nanos() as f64 / 1e9;
    let seconds = |time: &Option<Number>| time.as_ref().and_then(Number::as_f64);
    if seconds(&claims.exp).is_some_and(|exp| exp <= now) {
        return Err(Refusal::passing(ErrorCode::TokenExpired, "the token has expired"));
    }
    if seconds(&claims.nbf).is_some_and(|nbf| nbf > now + CLOCK_SKEW) {
        return Err(Refusal::passing(ErrorCode::TokenNotValidYet, "the token is not valid yet"));
    }
    if seconds(&claims.iat).is_some_and(|iat| iat > now + CLOCK_SKEW) {
        let detail = "the token was issued in the future";
        return Err(Refusal::passing(ErrorCode::TokenUsedBeforeIssuedAt, detail));
    }
    Ok(())
}

/// `alg: none` and the like do not even parse as a header; they are attempts on the signature.
fn names_another_algorithm(token: &str) -> bool {
    #[derive(Deserialize)]
    struct Algorithm {
        alg: String,
    }
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    token
        .split('.')
        .next()
        .and_then(|header| BASE64_URL_SAFE_NO_PAD.decode(header).ok())
        .and_then(|header| serde_json::from_slice::<Algorithm>(&header).ok())
        .is_some_and(|header| header.alg != "HS256")
}

fn authentication(detail: &str) -> Refusal {
    Refusal::new(ErrorCode::Authentication, detail)
}

/// Id of every anonymous user.
const ANONYMOUS: &str = "!anon";
/// How far the clock of whoever issues tokens may be ahead of ours, s.
const CLOCK_SKEW: f64 = 10.0;

/// Known to everybody: good for nothing but `--dev`.
pub(crate) const DEV_SECRET: &str = "trunkline-dev-secret";

#[cfg(test)]
mod tests {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    use super::*;
    use crate::store::apps::AppRecord;

    fn app() -> App {
        App { key: "key".into(), secret: "secret".into() }
    }

    fn sign(algorithm: Algorithm, claims: &Value, secret: &str) -> String {
        let key = EncodingKey::from_secret(secret.as_bytes());
        jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
    }

    fn alice(more: &Value) -> String {
        let mut claims = json!({ "user_id": "alice" });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sign(Algorithm::HS256, &claims, "secret")
    }

    fn record(id: i64, key: &str, secret: &str) -> AppRecord {
        let (key, secret, name) = (key.into(), secret.into(), String::new());
        AppRecord {
            id: AppId(id),
            key,
            secret,
            name,
            previous: None,
            disabled: false,
            by_start: false,
        }
    }

    fn apps() -> Apps {
        Apps::new([record(1, "key", "secret"), record(2, "other", "other")], AppId(1), false)
    }

    fn authenticate(token: &str) -> Result<Caller, i32> {
        apps()
            .authenticate(Credentials {
                api_key: Some("key"),
                auth_type: Some("jwt"),
                token: Some(token),
                user_id: Some("alice"),
            })
            .map_err(|refusal| refusal.code.code())
    }

    #[test]
    fn a_good_token_says_who_calls() {
        let now = clock::unix_seconds();
        for more in [
            json!({}),
            json!({ "iat": now, "nbf": now, "exp": now + 60 }),
            json!({ "exp": 4e10, "iat": now + 5, "later": { "x": [] } }),
        ] {
            assert_eq!(authenticate(&alice(&more)).unwrap().user_id, "alice");
        }
        let token = app().token_for("alice", Some("host".into()), None, Some(60)).unwrap();
        assert_eq!(authenticate(&token).unwrap().role.as_deref(), Some("host"));
    }

    #[test]
    fn every_defect_of_a_token_has_its_code() {
        let now = clock::unix_seconds();
        let unsigned = |header: &Value| {
            let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(header), part(&json!({ "user_id": "alice" })))
        };
        let good = alice(&json!({}));
        let stripped = good.rsplit_once('.').unwrap().0;
        let cases = [
            (alice(&json!({ "exp": now - 1 })), 40),
            (alice(&json!({ "exp": 0 })), 40),
            (alice(&json!({ "nbf": now + 60 })), 41),
            (alice(&json!({ "iat": now + 60 })), 42),
            (sign(Algorithm::HS256, &json!({ "user_id": "alice" }), "guess"), 43),
            (sign(Algorithm::HS512, &json!({ "user_id": "alice" }), "secret"), 43),
            (unsigned(&json!({ "alg": "none" })), 43),
            (unsigned(&json!({ "alg": "None", "typ": "JWT" })), 43),
            (unsigned(&json!({ "alg": "HS256" })), 43),
            (format!("{stripped}."), 43),
            (alice(&json!({ "exp": "never" })), 5),
            (alice(&json!({ "user_id": "bob" })), 5),
            (alice(&json!({ "user_id": "" })), 5),
            (alice(&json!({ "user_id": "!anon" })), 5),
            (alice(&json!({ "server": true })), 5),
            (sign(Algorithm::HS256, &json!({}), "secret"), 5),
            (String::new(), 5),
            ("a.b".into(), 5),
            ("a.b.c".into(), 5),
            (format!(" {good}"), 5),
        ];
        for (token, code) in cases {
            assert_eq!(authenticate(&token), Err(code), "{token}");
        }
    }

    #[test]
    fn a_token_is_valid_in_its_own_app_only() {
        let ask = |api_key, token: &str| {
            let credentials = Credentials { api_key, token: Some(token), ..Credentials::default() };
            apps().authenticate(credentials).map_err(|refusal| refusal.code.code())
        };
        let token = alice(&json!({}));
        assert_eq!(ask(Some("key"), &token).unwrap().app, AppId(1));
        assert_eq!(ask(Some("other"), &token), Err(43));
        assert_eq!(ask(Some("third"), &token), Err(2));
        assert_eq!(ask(None, &token), Err(2));
    }

    #[test]
    fn the_secret_of_before_is_good_for_as_long_as_that_was_said() {
        let in_an_hour = |hours: i64| clock::now().plus_seconds(hours * 60 * 60);
        let ask = |apps: &Apps, secret: &str| {
            let app = App { key: "key".into(), secret: secret.into() };
            let token = app.token_for("alice", None, None, None).unwrap();
            let backend = app.server_token(None).unwrap();
            let ask = |token| Credentials {
                api_key: Some("key"),
                token: Some(token),
                ..Credentials::default()
            };
            let user = apps.authenticate(ask(&token)).map_err(|refusal| refusal.code.code());
            let server = apps.authenticate_server(ask(&backend));
            assert_eq!(user.is_ok(), server.is_ok());
            user.map(|caller| caller.user_id)
        };
        let record = |until| AppRecord {
            previous: Some(("old".into(), until)),
            ..record(1, "key", "secret")
        };
        let apps = Apps::new([record(in_an_hour(1))], AppId(1), false);
        for secret in ["secret", "old"] {
            assert_eq!(ask(&apps, secret).as_deref(), Ok("alice"), "{secret}");
        }
        assert_eq!(ask(&apps, "older"), Err(43));
        apps.replace([record(in_an_hour(-1))]);
        assert_eq!(ask(&apps, "old"), Err(43));
        apps.replace([AppRecord { disabled: true, ..record(in_an_hour(1)) }]);
        for secret in ["secret", "old"] {
            assert_eq!(ask(&apps, secret), Err(2), "{secret}");
        }
    }

    #[test]
    fn a_server_side_token_speaks_for_the_app_and_for_no_participant() {
        let ask = |api_key, token: Option<&str>| {
            let credentials = Credentials { api_key, token, ..Credentials::default() };
            apps().authenticate_server(credentials).map_err(|refusal| refusal.code.code())
        };
        let token = app().server_token(Some(60)).unwrap();
        assert_eq!(ask(Some("key"), Some(&token)), Ok(AppId(1)));
        assert_eq!(ask(Some("other"), Some(&token)), Err(43));
        assert_eq!(ask(Some("key"), None), Err(5));
        assert_eq!(ask(Some("key"), Some(&alice(&json!({})))), Err(17));
        assert_eq!(ask(Some("key"), Some(&alice(&json!({ "server": false })))), Err(17));
        let expired = json!({ "server": true, "exp": 1 });
        let expired = sign(Algorithm::HS256, &expired, "secret");
        assert_eq!(ask(Some("key"), Some(&expired)), Err(40));
        assert_eq!(authenticate(&token), Err(5));
    }

    #[test]
    fn anonymous_callers_need_no_token_but_the_app_key() {
        let ask = |api_key, token, user_id| {
            apps().authenticate(Credentials {
                api_key,
                auth_type: Some("anonymous"),
                token,
                user_id,
            })
        };
        let caller = ask(Some("key"), None, Some("!anon")).unwrap();
        assert!(caller.anonymous);
        assert_eq!(caller.user_id, "!anon");
        assert_eq!(ask(None, None, None).unwrap_err().code, ErrorCode::AccessKey);
        assert_eq!(ask(Some("x"), None, None).unwrap_err().code, ErrorCode::AccessKey);
        let users = alice(&json!({}));
        assert_eq!(ask(Some("key"), Some(&users), None).unwrap_err().code.code(), 5);
        let claims = json!({ "call_cids": ["default:a"] });
        let call_token = sign(Algorithm::HS256, &claims, "secret");
        assert_eq!(ask(Some("key"), Some(&call_token), None).unwrap().call_cids, ["default:a"]);
    }
}
