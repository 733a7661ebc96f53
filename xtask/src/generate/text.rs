//! Words and lines of generated files.

/// First line of every file.
pub const HEADER: &str =
    "Generated from protocol/schema by `cargo xtask generate`. Do not edit: change the schema.";

/// Widest line.
const WIDTH: usize = 100;

/// `words` as comment lines that begin with `prefix`.
pub fn comment(prefix: &str, words: &str) -> String {
    wrap(prefix, prefix, words.split(' '), " ")
}

/// `items` in lines of at most [`WIDTH`], indented.
pub fn lines<'a>(indent: &str, items: impl IntoIterator<Item = &'a str>) -> String {
    wrap(indent, indent, items, ", ")
}

/// A comment of TypeScript: on one line if it fits.
pub fn jsdoc(indent: &str, words: &str) -> String {
    let line = format!("{indent}/** {words} */");
    if line.chars().count() <= WIDTH {
        return format!("{line}\n");
    }
    format!("{indent}/**\n{}{indent} */\n", comment(&format!("{indent} * "), words))
}

/// A number with its digits in groups, as clippy wants them.
pub fn grouped(digits: &str) -> String {
    if digits.len() < 5 {
        return digits.into();
    }
    let head = digits.len() % 3;
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == head {
            text.push('_');
        }
        text.push(digit);
    }
    text
}

fn wrap<'a>(
    first: &str,
    next: &str,
    items: impl IntoIterator<Item = &'a str>,
    separator: &str,
) -> String {
    let mut text = String::new();
    let mut line = first.to_owned();
    let mut is_empty = true;
    for item in items {
        let more = if is_empty { item.to_owned() } else { format!("{separator}{item}") };
        if !is_empty && line.chars().count() + more.chars().count() > WIDTH {
            line.push_str(separator.trim_end());
            text.push_str(&line);
            text.push('\n');
            line = format!("{next}{item}");
        } else {
            line.push_str(&more);
        }
        is_empty = false;
    }
    text + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!(grouped("1440"), "1440");
        assert_eq!(grouped("15000"), "15_000");
        assert_eq!(grouped("5000000"), "5_000_000");
        assert_eq!(grouped("180000"), "180_000");
    }

    #[test]
    fn long_comments_are_broken() {
        let words = "word ".repeat(30);
        let text = jsdoc("  ", words.trim());
        assert!(text.starts_with("  /**\n   * word"));
        assert!(text.ends_with("word\n   */\n"));
        assert!(text.lines().all(|line| line.len() <= WIDTH));
        assert_eq!(jsdoc("", "short"), "/** short */\n");
    }

    #[test]
    fn lists_are_broken_after_a_comma() {
        let items = vec!["item"; 40];
        let text = lines("  ", items.iter().copied());
        assert!(text.lines().count() > 1);
        assert!(text.lines().rev().skip(1).all(|line| line.ends_with(',')));
        assert_eq!(text.matches("item").count(), 40);
    }
}
