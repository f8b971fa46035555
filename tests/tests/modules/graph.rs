//! Finds cycles among imports.

use std::collections::{BTreeMap, BTreeSet};

/// The imports of each module: the imported module, and the text that shows where. A module's name is its path, for
/// instance `crate::api::errors`.
pub(crate) type Imports = BTreeMap<String, BTreeMap<String, String>>;

/// Returns one text for each set of modules that reach each other, with a line for each import among them.
pub(crate) fn find_cycles(imports: &Imports) -> Vec<String> {
    let reachable: BTreeMap<_, _> =
        imports.keys().map(|module| (module, reachable_from(module, imports))).collect();
    let mut cycles = Vec::new();
    let mut reported = BTreeSet::new();
    for (module, targets) in &reachable {
        if !targets.contains(*module) || reported.contains(module) {
            continue;
        }
        let is_in_cycle = |other: &String| {
            targets.contains(other) && reachable.get(other).is_some_and(|back| back.contains(*module))
        };
        let mut text = String::new();
        for (from, targets) in imports.iter().filter(|(from, _)| is_in_cycle(from)) {
            reported.insert(from);
            for (to, location) in targets.iter().filter(|(to, _)| is_in_cycle(to)) {
                text += &format!("  {from} -> {to}: {location}\n");
            }
        }
        cycles.push(text);
    }
    cycles
}

/// Returns the modules that `start` imports, directly or through others. It contains `start` only if there is a cycle.
fn reachable_from<'a>(start: &'a String, imports: &'a Imports) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut open = vec![start];
    while let Some(module) = open.pop() {
        for target in imports.get(module).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(target) {
                open.push(target);
            }
        }
    }
    found
}
