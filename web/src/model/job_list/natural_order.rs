//! The order of names for people: numbers by their value, and letters as in the language of the browser.

use std::cmp::Ordering;

use crate::model::{format, sort::sorted_indices};

/// Returns the indices of the names in order. The names are different and have no line ends.
pub(super) fn natural_order(names: &[String]) -> Vec<usize> {
    // Convert all names in one call, because calls into the browser are slow.
    let lowercase = format::lowercase(&names.join("\n"));
    let lowercase: Vec<_> = lowercase.split('\n').collect();
    let order = sorted_indices(names.len(), &|a, b| {
        compare(lowercase[a], lowercase[b]).then_with(|| names[a].cmp(&names[b]))
    });
    collate(names, order)
}

/// Sorts with the collator of the browser. `order` is nearly sorted, because the browser sorts such a list fast.
#[cfg(target_arch = "wasm32")]
fn collate(names: &[String], order: Vec<usize>) -> Vec<usize> {
    use std::collections::HashMap;

    use js_sys::{Array, Function, Intl::Collator, JsString, Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    let text = order.iter().map(|&at| names[at].as_str()).collect::<Vec<_>>().join("\n");
    // One text each way, because calls into the browser are slow.
    let array = JsString::from(text).split("\n");
    let options = Object::new();
    let _ = Reflect::set(&options, &"numeric".into(), &JsValue::TRUE);
    let collator = Collator::new(&Array::new(), &options);
    let sort = Reflect::get(&array, &"sort".into()).ok().and_then(|sort| sort.dyn_into::<Function>().ok());
    let sorted = sort.and_then(|sort| sort.call1(&array, &collator.compare()).ok());
    if sorted.is_none() {
        return order;
    }
    let positions: HashMap<_, _> = names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let sorted = String::from(array.join("\n"));
    let sorted: Vec<_> = sorted.split('\n').filter_map(|name| positions.get(name).copied()).collect();
    if sorted.len() == order.len() { sorted } else { order }
}

#[cfg(not(target_arch = "wasm32"))]
fn collate(_: &[String], order: Vec<usize>) -> Vec<usize> {
    order
}

/// Compares texts with numbers by their value.
fn compare(mut a: &str, mut b: &str) -> Ordering {
    loop {
        let (next_a, next_b) = (a.chars().next(), b.chars().next());
        let order = match (next_a, next_b) {
            (Some(one), Some(other)) if one.is_ascii_digit() && other.is_ascii_digit() => {
                let (one, other) = (take_number(&mut a), take_number(&mut b));
                one.len().cmp(&other.len()).then_with(|| one.cmp(other))
            }
            (Some(one), Some(other)) => {
                (a, b) = (&a[one.len_utf8()..], &b[other.len_utf8()..]);
                one.cmp(&other)
            }
            _ => return next_a.cmp(&next_b),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Takes the digits at the start of a text and returns them without leading zeros.
fn take_number<'a>(text: &mut &'a str) -> &'a str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    *text = rest;
    number.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_by_their_value() {
        let names = ["Load 10", "load 9", "Load 2b", "Load 02a", "Load", "Load 99999999999999999999999"];
        let names = names.map(str::to_owned);
        let sorted: Vec<_> = natural_order(&names).into_iter().map(|at| names[at].as_str()).collect();
        assert_eq!(
            sorted,
            ["Load", "Load 02a", "Load 2b", "load 9", "Load 10", "Load 99999999999999999999999"]
        );
    }
}
