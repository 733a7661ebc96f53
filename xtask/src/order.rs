//! The order of the functions in a module.
//!
//! Compression finds repetitions better side by side, so the functions go from each to the one that
//! resembles it most. That takes 2 % off the download.

use std::collections::HashMap;

use anyhow::Result;
use wasm_encoder::{NameMap, NameSection, Section};
use wasmparser::{Parser, Payload, TypeRef};

/// How many bytes are compared as one.
const GRAM: usize = 4;

/// What more functions than this have in common tells nothing.
const COMMON: usize = 600;

/// The module with names for its functions that sort in the best order.
pub fn name_functions(module: &[u8]) -> Result<Vec<u8>> {
    let mut imported = 0;
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let mut ranks = vec![0; bodies.len()];
    for (rank, function) in order(&bodies).into_iter().enumerate() {
        ranks[function] = rank;
    }
    let mut names = NameMap::new();
    for (index, rank) in (imported..).zip(ranks) {
        names.append(index, &format!("{rank:06}"));
    }
    let mut section = NameSection::new();
    section.functions(&names);
    let mut result = module.to_vec();
    section.append_to(&mut result);
    Ok(result)
}

/// Begins with the longest function, and goes on with the one that shares most with the last.
fn order(bodies: &[&[u8]]) -> Vec<usize> {
    let grams: Vec<Vec<u32>> = bodies.iter().map(|body| grams(body)).collect();
    let mut holders = HashMap::<u32, Vec<usize>>::new();
    for (function, grams) in grams.iter().enumerate() {
        for gram in grams {
            holders.entry(*gram).or_default().push(function);
        }
    }
    holders.retain(|_, functions| functions.len() < COMMON);

    let mut order = Vec::with_capacity(bodies.len());
    let mut is_left = vec![true; bodies.len()];
    let mut next = (0..bodies.len()).max_by_key(|function| bodies[*function].len());
    while let Some(current) = next {
        order.push(current);
        is_left[current] = false;
        let mut shared = vec![0.0; bodies.len()];
        for functions in grams[current].iter().filter_map(|gram| holders.get(gram)) {
            for function in functions.iter().filter(|function| is_left[**function]) {
                shared[*function] += 1.0 / size(functions).sqrt();
            }
        }
        let likeness = |function: &usize| shared[*function] / size(&grams[*function]).sqrt();
        next = (0..bodies.len())
            .filter(|function| is_left[*function])
            .max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    }
    order
}

/// The different sequences of [`GRAM`] bytes.
fn grams(body: &[u8]) -> Vec<u32> {
    let mut grams: Vec<u32> = body
        .windows(GRAM)
        .map(|bytes| bytes.iter().fold(0, |g, b| g << 8 | u32::from(*b)))
        .collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

#[allow(clippy::cast_precision_loss)] // no list is that long
fn size<T>(list: &[T]) -> f64 {
    list.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_stands_side_by_side() {
        let bodies =
            ["abcdefghijklm", "ABCDEFGH", "abcdefgh", "12345678", "ABCDEFGHI", "efghijklm"];
        let bodies: Vec<&[u8]> = bodies.iter().map(|body| body.as_bytes()).collect();

        let order = order(&bodies);

        let place = |function| order.iter().position(|known| *known == function).unwrap();
        assert_eq!(order.len(), bodies.len());
        assert_eq!(order[0], 0, "the longest is the first");
        assert!(place(2) < 3 && place(5) < 3, "{order:?}");
        assert_eq!(place(1).abs_diff(place(4)), 1, "{order:?}");
    }

    #[test]
    fn every_function_is_named_once() {
        // Two functions of type () -> (), of which the second is longer.
        let module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x03\x02\0\0\
                       \x0a\x08\x02\x02\0\x0b\x03\0\x01\x0b";

        let named = name_functions(module).unwrap();

        assert!(named.starts_with(module));
        assert!(named.ends_with(b"\x00\x06000001\x01\x06000000"), "{named:?}");
    }
}
