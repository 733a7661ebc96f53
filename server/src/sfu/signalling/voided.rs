//! Tokens that no longer hold although they have not expired: rights have changed since, or their
//! holders were put out.

use std::{collections::HashMap, time::SystemTime};

use super::{capabilities::JOIN_BACKSTAGE, wire};
use crate::control::{self, Remedy, SfuClaims, TOKEN_SECONDS, Whose};

/// Which tokens are void, by generation: the coordinator counts one up with each change of rights, and
/// a token says up to which it knows them.
#[derive(Default)]
pub struct Voided {
    since: HashMap<(String, Whose, Remedy), Since>,
    /// How many there may be before those are looked for that say nothing new.
    sweep_at: usize,
}

struct Since {
    /// Tokens of earlier ones are void.
    generation: i64,
    /// When it was noted, in seconds since the epoch.
    noted: u64,
}

impl Voided {
    /// Earlier tokens are void from now on.
    pub fn note(
        &mut self,
        cid: &str,
        whose: &Whose,
        generation: i64,
        remedy: Remedy,
        now: SystemTime,
    ) {
        let noted = wire::seconds(now);
        if self.since.len() >= self.sweep_at.max(SWEEP) {
            // Tokens from before have expired by themselves.
            self.since.retain(|_, since| since.noted.saturating_add(TOKEN_SECONDS) > noted);
            self.sweep_at = self.since.len() * 2;
        }
        let key = (cid.to_owned(), whose.clone(), remedy);
        let since = self.since.entry(key).or_insert(Since { generation, noted });
        *since = Since { generation: generation.max(since.generation), noted };
    }

    /// What the holder of a token may do about it, when it is void.
    pub fn remedy(&self, claims: &SfuClaims) -> Option<Remedy> {
        let user = Whose::User(claims.user_id.clone());
        let app = control::all_calls(&claims.cid).to_owned();
        let mut concerning = vec![
            (app, user.clone()),
            (claims.cid.clone(), user),
            (claims.cid.clone(), Whose::Everybody),
        ];
        if !claims.may(JOIN_BACKSTAGE) {
            concerning.push((claims.cid.clone(), Whose::Viewers));
        }
        // Being put out weighs more.
        [Remedy::Nothing, Remedy::Rejoin].into_iter().find(|remedy| {
            concerning.iter().any(|(cid, whose)| {
                let since = self.since.get(&(cid.clone(), whose.clone(), *remedy));
                since.is_some_and(|since| claims.generation < since.generation)
            })
        })
    }
}

const SWEEP: usize = 1000;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn claims(cid: &str, user_id: &str, generation: i64) -> SfuClaims {
        SfuClaims { generation, ..SfuClaims::plain(user_id, cid) }
    }

    fn ann() -> Whose {
        Whose::User("ann".into())
    }

    const START: SystemTime = SystemTime::UNIX_EPOCH;

    #[test]
    fn tokens_are_void_by_call_by_user_and_in_all_calls_of_the_app() {
        let mut voided = Voided::default();
        voided.note("1/a", &ann(), 5, Remedy::Nothing, START);
        voided.note("1/b", &Whose::Everybody, 5, Remedy::Nothing, START);
        voided.note("2/", &ann(), 5, Remedy::Rejoin, START);
        let cases = [
            (claims("1/a", "ann", 4), Some(Remedy::Nothing)),
            (claims("1/a", "ann", 5), None),
            (claims("1/a", "ben", 4), None),
            (claims("1/b", "ben", 4), Some(Remedy::Nothing)),
            (claims("2/x", "ann", 4), Some(Remedy::Rejoin)),
            (claims("2/x", "ann", 5), None),
            (claims("1/x", "ann", 4), None),
        ];
        for (claims, expected) in cases {
            assert_eq!(voided.remedy(&claims), expected, "{claims:?}");
        }
        voided.note("2/x", &ann(), 4, Remedy::Nothing, START);
        voided.note("1/a", &ann(), 3, Remedy::Nothing, START);
        assert_eq!(voided.remedy(&claims("2/x", "ann", 3)), Some(Remedy::Nothing), "weighs more");
        assert_eq!(voided.remedy(&claims("1/a", "ann", 4)), Some(Remedy::Nothing), "never less");
    }

    #[test]
    fn viewers_are_those_who_may_not_go_backstage() {
        let mut voided = Voided::default();
        voided.note("1/a", &Whose::Viewers, 5, Remedy::Nothing, START);
        let mut host = claims("1/a", "ann", 4);
        assert_eq!(voided.remedy(&host), Some(Remedy::Nothing));
        host.set(JOIN_BACKSTAGE, true);
        assert_eq!(voided.remedy(&host), None);
    }

    #[test]
    fn what_is_older_than_any_token_is_forgotten() {
        let mut voided = Voided::default();
        let note = |voided: &mut Voided, n: usize, hours: u64| {
            let now = START + Duration::from_secs(hours * 60 * 60);
            voided.note(&n.to_string(), &ann(), 1, Remedy::Nothing, now);
        };
        for n in 0..SWEEP {
            note(&mut voided, n, u64::from(n > 0) * 5);
        }
        note(&mut voided, SWEEP, 6);
        assert_eq!(voided.since.len(), SWEEP, "the first one is gone");
        note(&mut voided, SWEEP + 1, 20);
        assert_eq!(voided.since.len(), SWEEP + 1, "not looked for each time");
        for n in 0..=SWEEP {
            note(&mut voided, n, 20);
        }
        for n in 0..SWEEP {
            note(&mut voided, 10 * SWEEP + n, 40);
        }
        assert!(voided.since.len() <= 2 * SWEEP, "{}", voided.since.len());
    }
}
