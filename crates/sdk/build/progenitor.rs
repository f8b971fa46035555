//! Runs progenitor and splits its output into the two files of the SDK: types without a client, and the client.

use openapiv3::{OpenAPI, ReferenceOr, StatusCode};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};
use quote::{ToTokens, quote};
use syn::{Item, parse_quote};

use crate::lenient_types::decode_leniently;

pub struct GeneratedFiles {
    pub types: syn::File,
    pub client: syn::File,
}

/// Generates the types and the client. The schemas in `enums` are replaced by the SDK's own types of the same names.
pub fn generate<'a>(spec: &OpenAPI, enums: impl Iterator<Item = &'a str>) -> GeneratedFiles {
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    settings.with_derive("PartialEq");
    settings.with_inner_type(quote! { crate::transport::Transport });
    let no_impls: [TypeImpl; 0] = [];
    for name in enums {
        settings.with_replacement(name, format!("crate::states::{name}"), no_impls.into_iter());
    }
    settings.with_replacement("Timestamp", "crate::timestamp::Timestamp", no_impls.into_iter());
    let tokens = Generator::new(&settings)
        .generate_tokens(&accept_any_success(spec))
        .unwrap_or_else(|error| panic!("progenitor cannot generate code from the spec: {error}"));
    let file: syn::File = syn::parse2(tokens).expect("progenitor generates Rust");
    let mut files = split(file);
    decode_leniently(&mut files.types);
    files
}

/// Replaces the status 200 by 2XX, because servers may send 201 or 202.
fn accept_any_success(spec: &OpenAPI) -> OpenAPI {
    let mut spec = spec.clone();
    for (_, path) in &mut spec.paths.paths {
        let ReferenceOr::Item(path) = path else { continue };
        for operation in [&mut path.get, &mut path.post].into_iter().flatten() {
            if let Some(success) = operation.responses.responses.shift_remove(&StatusCode::Code(200)) {
                operation.responses.responses.insert(StatusCode::Range(2), success);
            }
        }
    }
    spec
}

fn split(file: syn::File) -> GeneratedFiles {
    let mut types = Vec::new();
    let import_types: Item = parse_quote! { use crate::types; };
    let mut client = vec![import_types];
    for item in file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                let items = module.content.expect("progenitor writes its types inline").1;
                types = items.into_iter().filter_map(without_builders).collect();
            }
            Item::Impl(mut block) => {
                // `new` has time-outs of progenitor and can panic. `Client::builder` replaces it.
                let is_client_impl = is_client(&block.self_ty);
                block.items.retain(|item| !(is_client_impl && is_function(item, "new")));
                client.push(Item::Impl(block));
            }
            Item::Mod(mut module) if module.ident == "builder" => {
                module.content.iter_mut().for_each(|(_, items)| items.iter_mut().for_each(send_by_transport));
                client.push(Item::Mod(module));
            }
            item => client.push(item),
        }
    }
    let file = |items| syn::File { shebang: None, frontmatter: None, attrs: Vec::new(), items };
    GeneratedFiles { types: file(types), client: file(client) }
}

/// Removes the builders of the types, which are only useful for request bodies. The API has none.
fn without_builders(item: Item) -> Option<Item> {
    match item {
        Item::Mod(module) if module.ident == "builder" => None,
        Item::Impl(mut block) => {
            let was_empty = block.items.is_empty();
            block.items.retain(|item| !is_function(item, "builder"));
            (was_empty || !block.items.is_empty()).then_some(Item::Impl(block))
        }
        item => Some(item),
    }
}

/// Replaces the sending and decoding in a generated method by the transport's, which repeats interrupted requests and decodes
/// leniently.
fn send_by_transport(item: &mut Item) {
    let Item::Impl(block) = item else { return };
    for item in &mut block.items {
        if !is_function(item, "send") {
            continue;
        }
        let syn::ImplItem::Fn(function) = item else { continue };
        let statements = &mut function.block.stmts;
        let is_result = |statement: &syn::Stmt| match statement {
            syn::Stmt::Local(local) => local.pat.to_token_stream().to_string() == "result",
            _ => false,
        };
        let at = statements.iter().position(is_result).expect("progenitor names the result");
        statements.truncate(at);
        let send = parse_quote! { client.inner.send_and_decode(request, &info).await };
        statements.push(syn::Stmt::Expr(send, None));
    }
}

fn is_function(item: &syn::ImplItem, name: &str) -> bool {
    matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == name)
}

fn is_client(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident("Client"))
}
