//! What participants are called.

/// Of the participant with this number.
pub fn user_id(index: usize) -> String {
    format!("crowd-{index}")
}

/// As a page shows it: the first 1,000 have names of their own.
pub fn name(index: usize) -> String {
    let pick = |names: &[&'static str], index: usize| {
        let index = index.checked_rem(names.len());
        index.and_then(|index| names.get(index)).copied().unwrap_or_default()
    };
    // Another surname for each first name in each round.
    let surname = index + index / FIRST_NAMES.len();
    format!("{} {}", pick(&FIRST_NAMES, index), pick(&SURNAMES, surname))
}

const FIRST_NAMES: [&str; 40] = [
    "Amara", "Bjarne", "Chiara", "Dimitri", "Elif", "Farid", "Grace", "Hiroshi", "Ines", "Jonas",
    "Kwame", "Leila", "Mateo", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tove",
    "Umar", "Valeria", "Wei", "Ximena", "Yusuf", "Zora", "Anton", "Beatriz", "Cedric", "Daria",
    "Emeka", "Freya", "Gustav", "Hana", "Ivo", "Juno", "Kenji", "Lucia", "Malik", "Noor",
];
const SURNAMES: [&str; 25] = [
    "Okafor",
    "Lindqvist",
    "Moretti",
    "Tanaka",
    "Haddad",
    "Novak",
    "Fernandes",
    "Schmidt",
    "Rao",
    "Dubois",
    "Kowalski",
    "Mensah",
    "Petrov",
    "Garcia",
    "Nguyen",
    "Yilmaz",
    "Larsen",
    "Silva",
    "Cohen",
    "Adeyemi",
    "Keller",
    "Popescu",
    "Iversen",
    "Murphy",
    "Bauer",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_thousand_participants_have_names_of_their_own() {
        let names: BTreeSet<_> = (0..1000).map(name).collect();
        assert_eq!(names.len(), 1000);
    }
}
