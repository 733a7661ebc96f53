//! Which SFU tokens are void before they expire.
//!
//! Each app counts its changes of rights. A token knows the count at which it was made; a row says that
//! those of before a count are void. Rows outlive their calls: another call may have the same name.

use rusqlite::params;
use trunkline_protocol::coordinator::DateTime;

use super::Db;
use crate::control::{Remedy, Whose};

/// Tokens that are void.
#[derive(Debug, PartialEq)]
pub(crate) struct VoidRecord {
    /// Empty for all calls of the app.
    pub cid: String,
    pub whose: Whose,
    pub remedy: Remedy,
    /// Earlier ones are void.
    pub generation: i64,
}

/// What a token that is made now knows.
pub(crate) fn generation(db: Db<'_>) -> rusqlite::Result<i64> {
    db.connection
        .prepare_cached("SELECT generation FROM app WHERE id = ?1")?
        .query_one([db.app], |row| row.get(0))
}

/// Makes the tokens of before now void; returns the generation from which on they hold.
pub(crate) fn add(
    db: Db<'_>,
    cid: &str,
    whose: &Whose,
    remedy: Remedy,
    now: DateTime,
) -> rusqlite::Result<i64> {
    let generation: i64 = db
        .connection
        .prepare_cached(
            "UPDATE app SET generation = generation + 1 WHERE id = ?1 RETURNING generation",
        )?
        .query_one([db.app], |row| row.get(0))?;
    let (kind, user_id) = match whose {
        Whose::Everybody => (EVERYBODY, ""),
        Whose::Viewers => (VIEWERS, ""),
        Whose::User(id) => (USER, id.as_str()),
    };
    db.connection
        .prepare_cached(
            "INSERT INTO void (app, cid, whose, user_id, rejoin, generation, at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (app, cid, whose, user_id, rejoin)
            DO UPDATE SET generation = ?6, at = ?7",
        )?
        .execute(params![
            db.app,
            cid,
            kind,
            user_id,
            remedy == Remedy::Rejoin,
            generation,
            now.unix_nanos()
        ])?;
    Ok(generation)
}

/// Everything that tokens made since `oldest` may have against them; what is older is dropped.
pub(crate) fn since(db: Db<'_>, oldest: DateTime) -> rusqlite::Result<Vec<VoidRecord>> {
    db.connection
        .prepare_cached("DELETE FROM void WHERE app = ?1 AND at < ?2")?
        .execute(params![db.app, oldest.unix_nanos()])?;
    db.connection
        .prepare_cached(
            "SELECT cid, whose, user_id, rejoin, generation FROM void
            WHERE app = ?1 ORDER BY generation",
        )?
        .query_map([db.app], |row| {
            let (kind, user_id): (String, String) = (row.get("whose")?, row.get("user_id")?);
            let rejoin: bool = row.get("rejoin")?;
            Ok(VoidRecord {
                cid: row.get("cid")?,
                whose: match kind.as_str() {
                    USER => Whose::User(user_id),
                    VIEWERS => Whose::Viewers,
                    _ => Whose::Everybody,
                },
                remedy: if rejoin { Remedy::Rejoin } else { Remedy::Nothing },
                generation: row.get("generation")?,
            })
        })?
        .collect()
}

const EVERYBODY: &str = "everybody";
const VIEWERS: &str = "viewers";
const USER: &str = "user";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{empty_tables, first_app};

    #[test]
    fn a_void_is_kept_as_long_as_the_tokens_of_before_it() {
        let connection = empty_tables();
        let db = first_app(&connection);
        let at = DateTime::from_unix_nanos;
        let ann = Whose::User("ann".into());
        assert_eq!(generation(db), Ok(0));
        assert_eq!(add(db, "default:a", &ann, Remedy::Nothing, at(1)), Ok(1));
        assert_eq!(add(db, "default:a", &ann, Remedy::Rejoin, at(2)), Ok(2));
        assert_eq!(add(db, "", &Whose::Viewers, Remedy::Nothing, at(3)), Ok(3));
        assert_eq!(add(db, "default:a", &ann, Remedy::Nothing, at(4)), Ok(4));
        assert_eq!(generation(db), Ok(4));
        let found: Vec<_> = since(db, at(3)).unwrap();
        let expected = [("", Whose::Viewers, 3), ("default:a", ann, 4)];
        let expected = expected.map(|(cid, whose, generation)| VoidRecord {
            cid: cid.into(),
            whose,
            remedy: Remedy::Nothing,
            generation,
        });
        assert_eq!(found, expected);
    }
}
