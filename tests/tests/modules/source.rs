//! Reads the modules of a crate and the paths in their sources.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{
    Attribute, Expr, ExprLit, Item, ItemMod, ItemUse, Lit, LitStr, Macro, Meta, UseTree, Visibility,
    ext::IdentExt,
    visit::{self, Visit},
};

/// A module of the crate.
pub(crate) struct Module {
    /// The names that lead to it; none for the root module.
    pub(crate) path: Vec<String>,
    pub(crate) references: Vec<Reference>,
}

/// A path that occurs in a module's source.
pub(crate) struct Reference {
    pub(crate) segments: Vec<String>,
    /// Whether it is a `use` of everything in a module.
    pub(crate) is_glob: bool,
    /// The file's name in the crate, and the line.
    pub(crate) location: String,
}

/// Reads all modules of the crate whose root module is in `file`.
pub(crate) fn read_crate(file: &Path) -> Vec<Module> {
    let root = file.parent().unwrap();
    let mut modules = Vec::new();
    read_file(file, root, root, Vec::new(), &mut modules);
    modules
}

/// Reads the module in `file`, whose child modules are in `folder`.
fn read_file(file: &Path, folder: &Path, root: &Path, path: Vec<String>, modules: &mut Vec<Module>) {
    let text =
        fs::read_to_string(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
    let syntax =
        syn::parse_file(&text).unwrap_or_else(|error| panic!("cannot parse {}: {error}", file.display()));
    read_items(&syntax.items, Location { file, folder, root }, path, modules);
}

/// Where the items of a module are written.
#[derive(Clone, Copy)]
struct Location<'a> {
    file: &'a Path,
    /// The folder of the child modules.
    folder: &'a Path,
    /// The folder of the root module.
    root: &'a Path,
}

fn read_items(items: &[Item], location: Location<'_>, path: Vec<String>, modules: &mut Vec<Module>) {
    let file = location.file.strip_prefix(location.root).unwrap_or(location.file).display().to_string();
    let mut collector = Collector { file, references: Vec::new() };
    for item in items {
        if let Item::Mod(child) = item {
            read_child(child, location, &path, modules);
        } else {
            collector.visit_item(item);
        }
    }
    modules.push(Module { path, references: collector.references });
}

fn read_child(child: &ItemMod, location: Location<'_>, parent: &[String], modules: &mut Vec<Module>) {
    let name = child.ident.unraw().to_string();
    let path = [parent, std::slice::from_ref(&name)].concat();
    let folder = location.folder.join(&name);
    if let Some((_, items)) = &child.content {
        return read_items(items, Location { folder: &folder, ..location }, path, modules);
    }
    if let Some(file) = child.attrs.iter().find_map(path_attribute) {
        let file = location.file.parent().unwrap().join(file);
        return read_file(&file, file.parent().unwrap(), location.root, path, modules);
    }
    let candidates = [folder.with_extension("rs"), folder.join("mod.rs")];
    let file = candidates.iter().find(|file| file.exists());
    let file = file.unwrap_or_else(|| panic!("none of {candidates:?} exists"));
    read_file(file, &folder, location.root, path, modules);
}

/// Returns the file that `#[path = "…"]` names.
fn path_attribute(attribute: &Attribute) -> Option<PathBuf> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(ExprLit { lit: Lit::Str(file), .. }) = &pair.value else { return None };
    pair.path.is_ident("path").then(|| file.value().into())
}

struct Collector {
    file: String,
    references: Vec<Reference>,
}

impl Collector {
    fn add(&mut self, segments: Vec<String>, is_glob: bool, span: Span) {
        // A single name is an item, a variable, or the `super` of a visibility.
        if segments.len() > 1 || is_glob {
            let location = format!("{}:{}", self.file, span.start().line);
            self.references.push(Reference { segments, is_glob, location });
        }
    }

    fn add_path(&mut self, path: &syn::Path, span: Span) {
        if path.leading_colon.is_none() {
            let segments = path.segments.iter().map(|segment| segment.ident.unraw().to_string());
            self.add(segments.collect(), false, span);
        }
    }

    fn add_use(&mut self, prefix: &[String], tree: &UseTree) {
        let with = |name: &syn::Ident| match name.unraw().to_string() {
            // `module::{self}`
            name if name == "self" && !prefix.is_empty() => prefix.to_vec(),
            name => [prefix, &[name]].concat(),
        };
        match tree {
            UseTree::Path(path) => self.add_use(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.add(with(&name.ident), false, name.ident.span()),
            UseTree::Rename(rename) => self.add(with(&rename.ident), false, rename.ident.span()),
            UseTree::Glob(glob) => self.add(prefix.to_vec(), true, glob.star_token.spans[0]),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_use(prefix, tree)),
        }
    }

    /// Adds the paths in tokens that are not parsed, such as the arguments of a macro.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut segments = Vec::new();
        let mut start = Span::call_site();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.add(std::mem::take(&mut segments), false, start);
                        start = ident.span();
                    }
                    segments.push(ident.unraw().to_string());
                    colons = 0;
                }
                other => {
                    self.add(std::mem::take(&mut segments), false, start);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        self.add(segments, false, start);
    }

    /// Adds the paths in the strings of an attribute: `#[serde(with = "path")]`.
    fn add_strings(&mut self, tokens: TokenStream) {
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.add_strings(group.stream());
            } else if let Ok(text) = syn::parse2::<LitStr>(token.into())
                && let Ok(path) = text.parse::<syn::Path>()
            {
                self.add_path(&path, text.span());
            }
        }
    }
}

impl Visit<'_> for Collector {
    fn visit_item_use(&mut self, item: &ItemUse) {
        if item.leading_colon.is_none() {
            self.add_use(&[], &item.tree);
        }
    }

    fn visit_path(&mut self, path: &syn::Path) {
        if let Some(first) = path.segments.first() {
            self.add_path(path, first.ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &Macro) {
        self.visit_path(&call.path);
        // Quoted tokens are code that is generated for another crate.
        let name = call.path.segments.last().map(|segment| segment.ident.to_string());
        if matches!(name.as_deref(), Some("quote" | "parse_quote")) {
            return;
        }
        self.add_tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &Attribute) {
        self.visit_path(attribute.path());
        if let Meta::List(list) = &attribute.meta {
            self.add_tokens(list.tokens.clone());
            self.add_strings(list.tokens.clone());
        }
    }

    /// A visibility limits who may import; it imports nothing.
    fn visit_visibility(&mut self, _: &Visibility) {}
}
