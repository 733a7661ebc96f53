use anyhow::anyhow;

use super::*;

/// A crate of these files.
fn tree(files: &[(&str, &str)]) -> Tree {
    let text = |name: &str| {
        let file = files.iter().find(|(file, _)| *file == name);
        file.map(|(_, text)| (*text).to_owned()).ok_or_else(|| anyhow!("no {name}"))
    };
    Tree::read(&text).unwrap()
}

/// The cycles in such a crate.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    cycles(&tree(files)).iter().map(ToString::to_string).collect()
}

/// Those of modules `a` and `b` of these texts.
fn of_two(a: &str, b: &str) -> Vec<String> {
    found(&[("lib.rs", "mod a; mod b;"), ("a.rs", a), ("b.rs", b)])
}

#[test]
fn modules_that_need_each_other_are_found_with_the_places() {
    let calls = "use crate::users::User;\n\npub fn call(user: &User) {}\n";
    let users = "pub struct User;\n\nfn ring(user: &User) {\n    crate::calls::call(user);\n}\n";
    let lib = "mod calls;\nmod users;\n";
    let found = found(&[("lib.rs", lib), ("calls.rs", calls), ("users.rs", users)]);
    let cycle = [
        "  in the crate:",
        "    users needs calls: server/src/users.rs:4 crate::calls::call",
        "    calls needs users: server/src/calls.rs:1 crate::users::User",
    ];
    assert_eq!(found, [cycle.join("\n")]);
}

#[test]
fn a_need_is_one_by_whichever_way_the_name_came() {
    let b = "use super::a::A; pub struct B;";
    for a in [
        "use crate::b::B; pub struct A;",
        "use super::b::{self as other, B as Other}; pub struct A;",
        "use super::b; pub struct A(b::B);",
        "use super::*; pub struct A(b::B);",
        "use super::b::*; pub struct A;",
        "pub struct A; fn f() { log!(\"{}\", crate::b::B) }",
        "pub struct A; mod inner { use super::super::b::B; }",
        "pub struct A; impl From<super::b::B> for A {}",
        "pub struct A; impl<T: Into<crate::b::B>> A { fn f() { { let b = T::x; } } }",
    ] {
        assert_eq!(of_two(a, b).len(), 1, "{a}");
    }
}

#[test]
fn what_is_no_need_is_none() {
    let b = "use super::a::A; pub struct B;";
    for a in [
        "pub struct A;",
        "/// See [`B`](super::b::B).\npub struct A; // use super::b::B;",
        "pub struct A(&'static str); const NAME: A = A(\"crate::b::B\");",
        "#[cfg(test)] use super::b::{B}; pub struct A;",
        "pub struct A { #[cfg(test)] b: super::b::B, c: u8 }",
        "pub struct A; #[cfg(test)] pub(super) fn f() -> super::b::B { super::b::B }",
        "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }",
        "pub struct A; #[cfg(test)] mod tests;",
        "pub struct A; pub(in crate::b) struct C;",
        "pub struct A; use std::b::B;",
    ] {
        assert!(of_two(a, b).is_empty(), "{a}");
    }
}

#[test]
fn a_name_belongs_to_the_module_that_defines_it() {
    let files = |b: &'static str| {
        [
            ("lib.rs", "mod a; mod shop;"),
            ("a.rs", "use crate::shop::Price; pub struct Money;"),
            ("shop.rs", "mod price; mod till; pub use price::Price;"),
            ("shop/price.rs", "pub struct Price;"),
            ("shop/till.rs", b),
        ]
    };
    assert!(found(&files("use super::Price; pub struct Till;")).is_empty());
    let around = found(&files("use crate::a::Money;"));
    assert_eq!(around.len(), 1, "a folder is one of the modules beside it");
    assert!(around[0].contains("shop needs a: server/src/shop/till.rs:1"), "{around:?}");
}

#[test]
fn a_folder_and_its_file_do_not_need_each_other() {
    let of = |shop: &'static str, till: &'static str| {
        found(&[("lib.rs", "mod shop;"), ("shop.rs", shop), ("shop/till.rs", till)])
    };
    let shop = "mod till; pub struct Price; pub fn pay() { till::open() }";
    assert!(of(shop, "pub fn open() {}").is_empty());
    let found = of(shop, "use super::Price; pub fn open() {}");
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("  in shop:\n"), "{found:?}");
    let shop = "mod till; pub struct Price; pub use till::open;";
    assert!(of(shop, "use super::Price; pub fn open() {}").is_empty(), "only handed on");
}

#[test]
fn methods_on_self_are_needed_where_they_are() {
    let a = "pub struct A; impl A { pub fn start(&self) { self.go_on() } }";
    let b = "use super::a::A; impl A { fn go_on(&self) {} }";
    let found = of_two(a, b);
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("a needs b: server/src/a.rs:1 self.go_on()"), "{found:?}");
    assert!(of_two(a, "use super::a::A; trait Go { fn go_on(&self); }").is_empty());
}

#[test]
fn each_need_in_a_tangle_is_part_of_a_cycle_that_is_found() {
    let found = found(&[
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::{b::B, d::D}; pub struct A;"),
        ("b.rs", "use crate::c::C; pub struct B;"),
        ("c.rs", "use crate::{a::A, b::B, d::D}; pub struct C;"),
        ("d.rs", "pub struct D;"),
    ]);
    assert_eq!(found.len(), 2, "a-b-c and b-c: {found:?}");
    assert!(found.iter().all(|cycle| !cycle.contains("needs d")), "{found:?}");
}

#[test]
fn modules_that_stand_apart_need_nothing_of_each_other() {
    let tree = tree(&[
        ("lib.rs", "mod coordinator; mod control; mod sfu;"),
        ("coordinator.rs", "mod calls;"),
        ("coordinator/calls.rs", "use crate::{control::Order, sfu::Media};"),
        ("control.rs", "pub struct Order;"),
        ("sfu.rs", "use crate::control::Order; pub struct Media;"),
    ]);
    assert!(cycles(&tree).is_empty(), "one needs the other, not both");
    let found: Vec<_> =
        between(&tree, ["sfu", "coordinator"]).iter().map(ToString::to_string).collect();
    let need = "coordinator needs sfu: server/src/coordinator/calls.rs:1 crate::sfu::Media";
    assert_eq!(found, [format!("  {need}")]);
}
