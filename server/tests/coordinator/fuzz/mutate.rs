//! Changes to what clients send, from a seed, so that every failure can be had again.

use serde_json::{Map, Value, json};

/// A source of numbers that are the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Less than `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// The value with a few of its parts changed.
pub fn value(dice: &mut Dice, original: &Value) -> Value {
    let mut changed = original.clone();
    for _ in 0..=dice.below(3) {
        let count = nodes(&changed);
        let target = dice.below(count);
        change_at(dice, &mut changed, target);
    }
    changed
}

/// The text with a few of its bytes changed. It need not be UTF-8 any more.
pub fn bytes(dice: &mut Dice, original: &[u8]) -> Vec<u8> {
    let mut changed = original.to_vec();
    for _ in 0..=dice.below(4) {
        let at = dice.below(changed.len() + 1);
        match dice.below(5) {
            0 => changed.truncate(at),
            1 => changed.insert(at, *dice.pick(b"{}[]\",:\\\0\xff\xc0 e-0")),
            2 => {
                let (from, to) = (at.min(changed.len()), (at + dice.below(20)).min(changed.len()));
                let copy = changed[from..to].to_vec();
                changed.splice(at..at, copy);
            }
            _ if at < changed.len() => changed[at] ^= 1 << dice.below(8),
            _ => {}
        }
    }
    changed
}

fn nodes(value: &Value) -> usize {
    1 + match value {
        Value::Array(values) => values.iter().map(nodes).sum(),
        Value::Object(fields) => fields.values().map(nodes).sum(),
        _ => 0,
    }
}

/// Changes the node with this number, counted from the root. Returns how many are left to count.
fn change_at(dice: &mut Dice, value: &mut Value, mut left: usize) -> Option<usize> {
    if left == 0 {
        change(dice, value);
        return None;
    }
    left -= 1;
    let children: Vec<&mut Value> = match value {
        Value::Array(values) => values.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    };
    for child in children {
        left = change_at(dice, child, left)?;
    }
    Some(left)
}

fn change(dice: &mut Dice, value: &mut Value) {
    match (dice.below(4), &mut *value) {
        (0, Value::Object(fields)) if !fields.is_empty() => {
            let keys: Vec<_> = fields.keys().cloned().collect();
            let taken = fields.remove(dice.pick(&keys)).unwrap_or_default();
            if dice.below(2) == 0 {
                fields.insert(text(dice), taken);
            }
        }
        (1, Value::Object(fields)) => {
            let value = hostile(dice);
            fields.insert(text(dice), value);
        }
        (0, Value::Array(values)) if !values.is_empty() => {
            let copy = dice.pick(values).clone();
            let times = dice.below(300);
            values.extend(std::iter::repeat_n(copy, times));
        }
        (2, _) => {
            let depth = dice.below(100);
            for _ in 0..depth {
                let inner = value.take();
                *value = match dice.below(3) {
                    0 => json!([inner]),
                    1 => json!({ "$and": [inner] }),
                    _ => Value::Object(Map::from_iter([(text(dice), inner)])),
                };
            }
        }
        _ => *value = hostile(dice),
    }
}

fn hostile(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => Value::Null,
        1 => json!({}),
        2 => json!([]),
        3 => json!(dice.below(2) == 0),
        4 => dice.pick(&[json!(-1), json!(0), json!(i64::MIN), json!(u64::MAX)]).clone(),
        5 => dice.pick(&[json!(1e308), json!(-0.0), json!(0.1), json!(5e-324)]).clone(),
        6 => json!({ text(dice): text(dice) }),
        7 => json!({ "$in": vec![text(dice); dice.below(150)] }),
        8 => json!({ "$or": [{}, { "$and": [] }] }),
        _ => json!(text(dice)),
    }
}

fn text(dice: &mut Dice) -> String {
    let words = [
        "",
        "a",
        "alice",
        "!anon",
        "default",
        "$eq",
        "$in",
        "$or",
        "$exists",
        "$gt",
        "__proto__",
        "custom.",
        "custom.a",
        "custom.a\"b",
        "custom.\\",
        "custom.[0]",
        "custom.a\0b",
        "custom.$",
        "custom.#",
        "custom.a.\u{202e}",
        "cid",
        "members",
        "ongoing",
        "\0",
        "\u{feff}",
        "\u{10ffff}",
        "' OR 1=1 --",
        "\"",
        "\\",
        "%s%n",
        "../..",
        "2030-01-01T00:00:00Z",
        "-99999-01-01T00:00:00Z",
        "9999-12-31T23:59:60.999999999999Z",
        "1970-01-01T00:00:00+24:00",
        "NaN",
        "1e999",
        "user",
        "admin",
        "guest",
        "host",
    ];
    let word = (*dice.pick(&words)).to_owned();
    match dice.below(12) {
        0 => word.repeat(dice.below(3000)),
        1 => format!("{word}{}", dice.next()),
        _ => word,
    }
}
