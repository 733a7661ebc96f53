//! What the text of a module says of other modules.

use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

/// A name by its parts: `crate::store::Db`.
pub type Path = Vec<String>;

/// What a module is made of, tests apart.
#[derive(Debug, Default)]
pub struct Source {
    /// Modules in files of their own.
    pub children: Vec<String>,
    /// Modules in braces.
    pub inline: Vec<(String, Self)>,
    /// Items that are defined here.
    pub items: BTreeSet<String>,
    pub imports: Vec<Import>,
    /// Paths in the code, and their lines.
    pub mentions: Vec<(Path, usize)>,
    pub impls: Vec<Impl>,
}

/// One name that a `use` brings in.
#[derive(Debug, PartialEq)]
pub struct Import {
    pub path: Path,
    /// What it is called here; none for `*`.
    pub name: Option<String>,
    /// Others have it from here.
    pub is_public: bool,
    pub line: usize,
}

/// Methods of a type: an `impl` without a trait.
#[derive(Debug)]
pub struct Impl {
    pub of: Path,
    pub methods: BTreeSet<String>,
    /// Methods called on `self`, and their lines.
    pub calls: Vec<(String, usize)>,
}

/// Reads a file.
pub fn read(text: &str) -> Result<Source> {
    let tokens: TokenStream = text.parse().map_err(|error| anyhow!("{error}"))?;
    let mut source = Source::default();
    source.take(&trees(tokens), &mut None);
    Ok(source)
}

impl Source {
    /// Takes what these tokens say; `methods` are those of the type whose `impl` it is, if it is one.
    fn take(&mut self, tokens: &[TokenTree], methods: &mut Option<Impl>) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let rest = tokens.get(at..).unwrap_or_default();
            at += match token {
                TokenTree::Punct(punct) if punct.as_char() == '#' => match rest.get(1) {
                    Some(TokenTree::Group(group)) if is_for_tests(group.stream()) => {
                        2 + end_of_item(rest.get(2..).unwrap_or_default())
                    }
                    _ => 1,
                },
                TokenTree::Group(group) => {
                    self.take(&trees(group.stream()), methods);
                    1
                }
                TokenTree::Ident(ident) => {
                    let before = tokens.get(..at).unwrap_or_default();
                    self.take_word(ident, before, rest, methods)
                }
                _ => 1,
            };
        }
    }

    /// Takes what begins with a word, and says how many tokens that was.
    fn take_word(
        &mut self,
        word: &Ident,
        before: &[TokenTree],
        rest: &[TokenTree],
        methods: &mut Option<Impl>,
    ) -> usize {
        let text = word.to_string();
        let next = match rest.get(1) {
            Some(TokenTree::Ident(name)) => Some(name.to_string()),
            _ => None,
        };
        match (text.as_str(), next) {
            // `pub(in crate::store)` needs nothing.
            ("pub", None) if matches!(rest.get(1), Some(TokenTree::Group(_))) => 2,
            ("mod", Some(name)) => {
                match rest.get(2) {
                    Some(TokenTree::Group(group)) => {
                        let mut inner = Self::default();
                        inner.take(&trees(group.stream()), &mut None);
                        self.inline.push((name, inner));
                    }
                    _ => self.children.push(name),
                }
                3
            }
            ("use", _) if !is_path_part(before) && !is_bound(rest) => {
                let end = rest.iter().position(|token| is(token, ';')).unwrap_or(rest.len());
                let is_public = is_public(before);
                let tree = rest.get(1..end).unwrap_or_default();
                self.take_use(tree, &Path::new(), is_public);
                end
            }
            ("impl", _) if methods.is_none() => self.take_impl(rest),
            ("fn" | "struct" | "enum" | "union" | "trait" | "type" | "static", Some(name)) => {
                if let (Some(methods), "fn") = (methods, text.as_str()) {
                    methods.methods.insert(name);
                } else {
                    self.items.insert(name);
                }
                2
            }
            ("const", Some(name)) if name != "fn" && name != "unsafe" => {
                self.items.insert(name);
                2
            }
            ("macro_rules", _) => {
                if let Some(TokenTree::Ident(name)) = rest.get(2) {
                    self.items.insert(name.to_string());
                }
                3
            }
            _ => self.take_path(word, before, rest, methods),
        }
    }

    fn take_path(
        &mut self,
        word: &Ident,
        before: &[TokenTree],
        rest: &[TokenTree],
        methods: &mut Option<Impl>,
    ) -> usize {
        if is_path_part(before) || before.last().is_some_and(|token| is(token, '.')) {
            return 1;
        }
        let line = word.span().start().line;
        let mut path = vec![word.to_string()];
        let mut at = 1;
        while let Some(TokenTree::Ident(part)) = rest.get(at + 2)
            && rest.get(at).is_some_and(is_joint_colon)
        {
            path.push(part.to_string());
            at += 3;
        }
        if let Some(methods) = methods {
            let called = match (path.as_slice(), rest.get(at), rest.get(at + 1)) {
                ([this], Some(dot), Some(TokenTree::Ident(name)))
                    if this == "self" && is(dot, '.') =>
                {
                    Some(name.to_string())
                }
                ([this, name, ..], ..) if this == "Self" => Some(name.clone()),
                _ => None,
            };
            methods.calls.extend(called.map(|name| (name, line)));
        }
        if path.len() > 1 {
            self.mentions.push((path, line));
        }
        at
    }

    /// Takes the head of an `impl`, and its body when it has no trait.
    fn take_impl(&mut self, rest: &[TokenTree]) -> usize {
        let is_body = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let Some(end) = rest.iter().position(is_body) else {
            return 1;
        };
        let head = rest.get(1..end).unwrap_or_default();
        let Some(TokenTree::Group(body)) = rest.get(end) else {
            return 1;
        };
        let mut methods = None;
        if !head.iter().any(|token| is_word(token, "for")) {
            let of = type_of(head);
            methods = Some(Impl { of, methods: BTreeSet::new(), calls: Vec::new() });
        }
        // Paths in the head are needed like any others, such as `impl<T: other::Trait>`.
        self.take(head, &mut None);
        self.take(&trees(body.stream()), &mut methods);
        self.impls.extend(methods);
        end + 1
    }

    /// Takes a tree of a `use`: `a::{b, c as d}`.
    fn take_use(&mut self, tree: &[TokenTree], prefix: &Path, is_public: bool) {
        for branch in tree.split(|token| is(token, ',')) {
            let mut path = prefix.clone();
            let mut name = None;
            let mut line = 0;
            let mut tokens = branch.iter();
            while let Some(token) = tokens.next() {
                line = token.span().start().line;
                match token {
                    TokenTree::Ident(part) if part == "as" => {
                        name = tokens.next().map(ToString::to_string);
                    }
                    TokenTree::Ident(part) if part == "self" && !path.is_empty() => {}
                    TokenTree::Ident(part) => path.push(part.to_string()),
                    TokenTree::Punct(star) if star.as_char() == '*' => {
                        self.imports.push(Import {
                            path: path.clone(),
                            name: None,
                            is_public,
                            line,
                        });
                        path.clear();
                        break;
                    }
                    TokenTree::Group(group) => {
                        self.take_use(&trees(group.stream()), &path, is_public);
                        path.clear();
                        break;
                    }
                    _ => {}
                }
            }
            if let Some(last) = path.last() {
                let name = name.or_else(|| Some(last.clone()));
                self.imports.push(Import { path, name, is_public, line });
            }
        }
    }
}

/// The type that an `impl` without a trait is of: `<'a> Work<'a>` is of `Work`.
fn type_of(head: &[TokenTree]) -> Path {
    let mut depth = 0_usize;
    let mut path = Path::new();
    for token in head {
        match token {
            token if is(token, '<') && !path.is_empty() => break,
            token if is(token, '<') => depth += 1,
            token if is(token, '>') => depth = depth.saturating_sub(1),
            TokenTree::Ident(part) if part == "where" => break,
            TokenTree::Ident(part) if depth == 0 => path.push(part.to_string()),
            _ => {}
        }
    }
    path
}

fn trees(stream: TokenStream) -> Vec<TokenTree> {
    stream.into_iter().collect()
}

fn is(token: &TokenTree, punctuation: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == punctuation)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

/// The first of `::`.
fn is_joint_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct)
        if punct.as_char() == ':' && punct.spacing() == Spacing::Joint)
}

/// Whether what follows belongs to a path that has begun.
fn is_path_part(before: &[TokenTree]) -> bool {
    matches!(before, [.., first, second] if is_joint_colon(first) && is(second, ':'))
}

/// Whether that is `use<'a>`, which captures lifetimes.
fn is_bound(rest: &[TokenTree]) -> bool {
    rest.get(1).is_some_and(|token| is(token, '<'))
}

fn is_public(before: &[TokenTree]) -> bool {
    match before {
        [.., word, TokenTree::Group(_)] | [.., word] => is_word(word, "pub"),
        [] => false,
    }
}

/// `cfg(test)`
fn is_for_tests(attribute: TokenStream) -> bool {
    match trees(attribute).as_slice() {
        [name, TokenTree::Group(of)] => {
            is_word(name, "cfg") && of.stream().to_string().trim() == "test"
        }
        _ => false,
    }
}

/// How many tokens the item, statement or field is long that begins here.
fn end_of_item(rest: &[TokenTree]) -> usize {
    let is_prefix = |token: &&TokenTree| {
        is_word(token, "pub") || is(token, '#') || matches!(token, TokenTree::Group(_))
    };
    let prefix = rest.iter().take_while(is_prefix).count();
    let head = (rest.get(prefix), rest.get(prefix + 1));
    let (is_use, is_field) = match head {
        (Some(word), _) if is_word(word, "use") => (true, false),
        (Some(_), Some(colon)) => (false, is(colon, ':') && !is_joint_colon(colon)),
        _ => (false, false),
    };
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !is_use && !is_field,
        token => is(token, ';') || (is_field && is(token, ',')),
    };
    rest.iter().position(ends).map_or(rest.len(), |end| end + 1)
}
