//! Secrets from files, and which are good enough.

use std::{fs, path::Path};

use super::{ConfigError, DEV_SECRET};

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
        return Err(ConfigError::ShortSecret(secret.len()));
    }
    Ok(())
}

/// Bytes: as many as the signatures have.
pub(super) const MIN_SECRET: usize = 32;
