//! Secrets from files, and which are good enough.

use std::{fs, path::Path};

use uuid::Uuid;

use super::error::ConfigError;
use crate::auth::DEV_SECRET;

/// The secret itself, or what is in a file: everybody on the machine sees a command line.
pub(super) fn read(
    given: Option<String>,
    file: Option<&Path>,
) -> Result<Option<String>, ConfigError> {
    let given = given.filter(|text| !text.is_empty());
    let Some(file) = file.filter(|_| given.is_none()) else {
        return Ok(given);
    };
    let unreadable = |error| ConfigError::SecretFile(file.to_owned(), error);
    let text = fs::read_to_string(file).map_err(unreadable)?;
    // Editors end a file with a new line.
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Refuses what can be guessed: whoever does makes tokens for anybody.
pub(super) fn check(secret: &str) -> Result<(), ConfigError> {
    if secret == DEV_SECRET {
        return Err(ConfigError::WellKnownSecret);
    }
    if secret.len() < MIN_SECRET {
        return Err(ConfigError::ShortSecret { bytes: secret.len(), least: MIN_SECRET });
    }
    Ok(())
}

/// Two random numbers of 122 bits.
pub(super) fn fresh_secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// Bytes: as many as the signatures have.
const MIN_SECRET: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::{
            Task,
            tests::{parse, serve},
        },
        operator::Order,
    };

    #[test]
    fn a_secret_that_could_be_guessed_is_refused_with_the_way_to_a_better_one() {
        for args in ["--api-key k --api-secret s", "app --key k --secret 0123456789abcdef"] {
            let Err(error) = parse(args) else { panic!("accepted: {args}") };
            assert!(error.to_string().contains("openssl rand -hex 32"), "{error}");
        }
        assert_eq!(serve("--dev --api-secret s").app.secret, "s", "who develops may");
    }

    #[test]
    fn secrets_are_read_from_files_that_only_their_user_sees() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        let secret = "0123456789abcdef0123456789abcdef";
        std::fs::write(&file, format!("{secret}\n")).unwrap();
        let path = file.display();
        let turn = format!("--turn turn:x --turn-secret-file {path}");
        let config = serve(&format!("--api-key k --api-secret-file {path} {turn}"));
        assert_eq!((config.app.secret.as_str(), config.turn.secret.as_str()), (secret, secret));
        let Ok(Task::Order { order: Order::PutApp { secret: read, .. }, .. }) =
            parse(&format!("app --key k --secret-file {path}"))
        else {
            panic!("no app")
        };
        assert_eq!(read, secret);
        let missing = parse("--api-key k --api-secret-file /nowhere/secret");
        assert!(matches!(missing, Err(ConfigError::SecretFile(..))));
    }
}
