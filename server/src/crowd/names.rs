//! What participants are called.

/// Of the participant with this number.
pub fn user_id(index: usize) -> String {
    format!("crowd-{index}")
}

/// As a page shows it.
pub fn name(index: usize) -> String {
    let first = index.checked_rem(NAMES.len()).and_then(|index| NAMES.get(index));
    let round = index / NAMES.len();
    let first = first.copied().unwrap_or_default();
    if round == 0 { first.to_owned() } else { format!("{first} {}", round + 1) }
}

const NAMES: [&str; 40] = [
    "Amara", "Bjarne", "Chiara", "Dimitri", "Elif", "Farid", "Grace", "Hiroshi", "Ines", "Jonas",
    "Kwame", "Leila", "Mateo", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Samir", "Tove",
    "Umar", "Valeria", "Wei", "Ximena", "Yusuf", "Zora", "Anton", "Beatriz", "Cedric", "Daria",
    "Emeka", "Freya", "Gustav", "Hana", "Ivo", "Juno", "Kenji", "Lucia", "Malik", "Noor",
];
