//! Resolves the paths in a module's source to modules of the same crate.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    graph::Imports,
    source::{Module, Reference},
};

type Path = Vec<String>;

/// Returns which module imports which. The location of an import is the first one in the source.
pub(crate) fn find_imports(modules: &[Module]) -> Imports {
    let known: BTreeSet<_> = modules.iter().map(|module| module.path.clone()).collect();
    let mut imports = Imports::new();
    for module in modules {
        let globs = module.references.iter().filter(|reference| reference.is_glob);
        let globs: Vec<_> = globs.filter_map(|glob| resolve(glob, &module.path, &[], &known)).collect();
        for reference in &module.references {
            let Some(target) = resolve(reference, &module.path, &globs, &known) else { continue };
            if target != module.path {
                let targets: &mut BTreeMap<_, _> = imports.entry(display(&module.path)).or_default();
                targets.entry(display(&target)).or_insert_with(|| text(reference));
            }
        }
    }
    imports
}

/// Returns the module that a path in `module` leads to or that contains the item which it names. Returns nothing for
/// paths into other crates. `globs` are the modules whose names are in scope.
fn resolve(reference: &Reference, module: &Path, globs: &[Path], known: &BTreeSet<Path>) -> Option<Path> {
    let mut rest = reference.segments.as_slice();
    let mut target = match rest[0].as_str() {
        "crate" => Path::new(),
        "self" | "super" => module.clone(),
        first => {
            let mut scopes = std::iter::once(module).chain(globs);
            scopes.find(|scope| known.contains(&child(scope, first)))?.clone()
        }
    };
    while let Some(first) = rest.first() {
        match first.as_str() {
            "crate" | "self" => {}
            "super" => drop(target.pop()?),
            name if known.contains(&child(&target, name)) => target = child(&target, name),
            _ => break,
        }
        rest = &rest[1..];
    }
    Some(target)
}

fn child(parent: &Path, name: &str) -> Path {
    [parent.as_slice(), &[name.to_owned()]].concat()
}

fn display(module: &Path) -> String {
    [&["crate".to_owned()], module.as_slice()].concat().join("::")
}

fn text(reference: &Reference) -> String {
    let star = if reference.is_glob { "::*" } else { "" };
    format!("`{}{star}`, {}", reference.segments.join("::"), reference.location)
}
