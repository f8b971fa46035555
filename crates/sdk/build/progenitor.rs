//! Runs progenitor and makes of its one file the two that the SDK needs: types without a client, and the client.

use openapiv3::{OpenAPI, ReferenceOr, StatusCode};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};
use quote::{ToTokens, quote};
use syn::{Fields, Item, Meta, parse_quote, punctuated::Punctuated};

use crate::decoder::{Field, Reading, decoder};

/// The prefix of the structs whose ids may be missing: they are read and never requested by id, so a missing id must not lose the
/// whole log.
const LENIENT_ID_PREFIX: &str = "JobExecution";

pub struct Generated {
    pub types: syn::File,
    pub client: syn::File,
}

/// Generates from the spec, with `enums` replaced by the SDK's own types of the same names.
pub fn generate<'a>(spec: &OpenAPI, enums: impl Iterator<Item = &'a str>) -> Generated {
    let mut settings = GenerationSettings::new();
    settings.with_interface(InterfaceStyle::Builder);
    settings.with_derive("PartialEq");
    settings.with_inner_type(quote! { crate::transport::Transport });
    for name in enums.chain(["Timestamp"]) {
        let impls: [TypeImpl; 0] = [];
        settings.with_replacement(name, format!("crate::{name}"), impls.into_iter());
    }
    let tokens = Generator::new(&settings)
        .generate_tokens(&any_success(spec))
        .unwrap_or_else(|e| panic!("progenitor cannot generate from the spec: {e}"));
    let file: syn::File = syn::parse2(tokens).expect("progenitor generates Rust");
    let mut generated = split(file);
    tolerate(&mut generated.types);
    generated
}

/// The contract says 200; a server that says 201 or 202 means the same.
fn any_success(spec: &OpenAPI) -> OpenAPI {
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

fn split(file: syn::File) -> Generated {
    let mut types = Vec::new();
    let mut client: Vec<Item> = vec![parse_quote! { use crate::types; }];
    for item in file.items {
        match item {
            Item::Mod(module) if module.ident == "types" => {
                types = module.content.expect("progenitor writes its types inline").1;
            }
            Item::Impl(mut block) => {
                // Its time-outs and its panic are not ours: `Client::builder` is the way in.
                block.items.retain(|item| !matches!(item, syn::ImplItem::Fn(f) if f.sig.ident == "new" && is_client(&block.self_ty)));
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
    Generated { types: file(types), client: file(client) }
}

/// Moves sending and decoding to the transport, which repeats interrupted requests and decodes tolerantly.
fn send_by_transport(item: &mut Item) {
    let Item::Impl(block) = item else { return };
    for item in &mut block.items {
        let syn::ImplItem::Fn(function) = item else { continue };
        if function.sig.ident != "send" {
            continue;
        }
        let statements = &mut function.block.stmts;
        let is_result = |statement: &syn::Stmt| match statement {
            syn::Stmt::Local(local) => local.pat.to_token_stream().to_string() == "result",
            _ => false,
        };
        let at = statements.iter().position(is_result).expect("progenitor names the result");
        statements.truncate(at);
        statements.push(syn::Stmt::Expr(parse_quote! { client.send_and_decode(request, &info).await }, None));
    }
}

fn is_client(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident("Client"))
}

/// What a server may do and the contract does not say: names in another casing, null for an absent text or array, a time
/// in any form or in none. Serde's derive goes on writing; reading is by [`decoder`].
fn tolerate(types: &mut syn::File) {
    let mut decoders: Vec<Item> = Vec::new();
    let ids = ids(types);
    for item in &mut types.items {
        if let Item::Impl(block) = item {
            parse_tolerantly(block, &ids);
        }
        let Item::Struct(item) = item else { continue };
        match &mut item.fields {
            Fields::Named(fields) => {
                let is_record = item.ident.to_string().starts_with(LENIENT_ID_PREFIX);
                let read = |field| read_tolerantly(field, &ids, is_record);
                let fields: Vec<_> = fields.named.iter_mut().map(read).collect();
                let decoder: syn::File =
                    syn::parse2(decoder(&item.ident, &fields)).expect("a decoder is items");
                decoders.extend(decoder.items);
                derive_no_reading(&mut item.attrs);
            }
            Fields::Unnamed(fields) if type_text(&fields.unnamed[0]) == "::uuid::Uuid" => {
                item.attrs.push(parse_quote! { #[derive(Copy, Eq, Hash, PartialOrd, Ord)] });
                let name = &item.ident;
                decoders.push(parse_quote! {
                    impl<'de> serde::Deserialize<'de> for #name {
                        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                            crate::id::deserialize(deserializer).map(Self)
                        }
                    }
                });
                derive_no_reading(&mut item.attrs);
            }
            _ => {}
        }
    }
    types.items.extend(decoders);
}

/// Returns the names of the types that wrap a guid.
fn ids(types: &syn::File) -> Vec<String> {
    let structs = types.items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item),
        _ => None,
    });
    let wraps_guid =
        |fields: &Fields| matches!(fields, Fields::Unnamed(f) if type_text(&f.unnamed[0]) == "::uuid::Uuid");
    structs.filter(|item| wraps_guid(&item.fields)).map(|item| item.ident.to_string()).collect()
}

/// Parses an id from every form of a guid.
fn parse_tolerantly(block: &mut syn::ItemImpl, ids: &[String]) {
    let is_from_str = block
        .trait_
        .as_ref()
        .is_some_and(|(path, _)| path.segments.last().is_some_and(|last| last.ident == "FromStr"));
    let name = block.self_ty.to_token_stream().to_string();
    if !is_from_str || !ids.contains(&name) {
        return;
    }
    for item in &mut block.items {
        if let syn::ImplItem::Fn(function) = item {
            function.block = parse_quote! { { crate::id::parse(value).map(Self) } };
        }
    }
}

fn type_text(field: &syn::Field) -> String {
    field.ty.to_token_stream().to_string().replace(' ', "")
}

/// How a field is read; its attributes are left with what is for writing.
fn read_tolerantly(field: &mut syn::Field, ids: &[String], is_record: bool) -> Field {
    let mut metas = take_serde(field);
    let ty = type_text(field);
    let is_id = |ty: &str| ids.iter().any(|id| id == ty);
    let optional = ty.strip_suffix('>').and_then(|ty| ty.strip_prefix("::std::option::Option<"));
    let reading = if ty.contains("Timestamp") {
        Reading::Time
    } else if optional.is_some_and(is_id) {
        Reading::OptionalId
    } else if is_record && is_id(&ty) {
        Reading::Id
    } else if ty.contains("Option<") {
        Reading::Optional
    } else if ty.contains("Vec<") || ty.ends_with("string::String") {
        Reading::Default
    } else {
        Reading::Required
    };
    let ident = field.ident.clone().expect("a named field");
    let wire = renamed(&metas).unwrap_or_else(|| ident.to_string());
    // What has no value is written as the article has it: null and the empty array, not nothing.
    let is_written_empty = matches!(reading, Reading::Time | Reading::Default);
    metas.retain(|meta| {
        meta.path().is_ident("rename") || meta.path().is_ident("skip_serializing_if") && !is_written_empty
    });
    if !metas.is_empty() {
        field.attrs.push(parse_quote! { #[serde(#(#metas),*)] });
    }
    Field { ident, wire, ty: field.ty.clone(), reading }
}

/// Takes `Deserialize` out of what is derived.
fn derive_no_reading(attributes: &mut [syn::Attribute]) {
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let derived: Punctuated<syn::Path, syn::Token![,]> =
            attribute.parse_args_with(Punctuated::parse_terminated).expect("paths are derived");
        let kept =
            derived.iter().filter(|path| path.segments.last().is_none_or(|last| last.ident != "Deserialize"));
        *attribute = parse_quote! { #[derive(#(#kept),*)] };
    }
}

/// A field's serde attributes, taken off it.
fn take_serde(field: &mut syn::Field) -> Vec<Meta> {
    let (serde, others) =
        std::mem::take(&mut field.attrs).into_iter().partition(|a| a.path().is_ident("serde"));
    field.attrs = others;
    let lists = Vec::into_iter(serde).map(|attribute: syn::Attribute| {
        attribute
            .parse_args_with(Punctuated::<Meta, syn::Token![,]>::parse_terminated)
            .expect("serde's own syntax")
    });
    lists.flatten().collect()
}

/// The name after `rename = `.
fn renamed(metas: &[Meta]) -> Option<String> {
    metas.iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident("rename") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}
