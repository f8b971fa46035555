//! Makes the generated types decode leniently: names in other casings, null for a missing text or array, times and ids in any
//! form or none, and optional values of another type as missing.

use quote::{ToTokens, format_ident};
use syn::{Fields, Item, Meta, parse_quote, punctuated::Punctuated};

use crate::name_casing::other_casings;

/// The prefix of the structs whose ids are optional. Clients only display them, so a missing id must not lose the whole log.
const OPTIONAL_ID_PREFIX: &str = "JobExecution";

/// Replaces the serde attributes of all structs.
pub fn decode_leniently(types: &mut syn::File) {
    let ids = guid_types(types);
    let mut constants: Vec<Item> = Vec::new();
    for item in &mut types.items {
        match item {
            Item::Impl(block) => parse_id_leniently(block, &ids),
            Item::Struct(item) => {
                let are_ids_optional = item.ident.to_string().starts_with(OPTIONAL_ID_PREFIX);
                match &mut item.fields {
                    Fields::Named(fields) => {
                        for field in &mut fields.named {
                            constants.extend(name_constant(&item.ident, field));
                            set_attributes(field, &ids, are_ids_optional);
                        }
                    }
                    Fields::Unnamed(fields) if is_guid(&fields.unnamed[0]) => {
                        item.attrs.push(parse_quote! { #[derive(Copy, Eq, Hash, PartialOrd, Ord)] });
                        let attribute =
                            parse_quote! { #[serde(deserialize_with = "crate::id::deserialize")] };
                        fields.unnamed[0].attrs.push(attribute);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    types.items.extend(constants);
}

/// Returns the names of the types that wrap a guid.
fn guid_types(types: &syn::File) -> Vec<String> {
    let structs = types.items.iter().filter_map(|item| match item {
        Item::Struct(item) => Some(item),
        _ => None,
    });
    let wraps_guid = |fields: &Fields| matches!(fields, Fields::Unnamed(f) if is_guid(&f.unnamed[0]));
    structs.filter(|item| wraps_guid(&item.fields)).map(|item| item.ident.to_string()).collect()
}

fn is_guid(field: &syn::Field) -> bool {
    type_text(field) == "::uuid::Uuid"
}

fn type_text(field: &syn::Field) -> String {
    field.ty.to_token_stream().to_string().replace(' ', "")
}

/// Replaces the body of `FromStr` of an id by a parser for all forms of a guid.
fn parse_id_leniently(block: &mut syn::ItemImpl, ids: &[String]) {
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

/// Sets the serde attributes of a field for lenient decoding. An empty text, array, or time is written as the vendor's article
/// shows it: an empty value or null, not a missing field.
fn set_attributes(field: &mut syn::Field, ids: &[String], are_ids_optional: bool) {
    let mut metas = take_serde_attributes(field);
    let ty = type_text(field);
    let is_id = |ty: &str| ids.iter().any(|id| id == ty);
    let optional = ty.strip_suffix('>').and_then(|ty| ty.strip_prefix("::std::option::Option<"));
    let is_time = ty.contains("Timestamp");
    let is_text_or_array = optional.is_none() && (ty.contains("Vec<") || ty.ends_with("string::String"));
    metas.retain(|meta| {
        let is_skip = meta.path().is_ident("skip_serializing_if") && !is_time && !is_text_or_array;
        meta.path().is_ident("rename") || is_skip
    });
    let name = json_name(field, &metas);
    metas.extend(other_casings(&name).iter().map(|alias| parse_quote! { alias = #alias }));
    let decoding: Option<Punctuated<Meta, syn::Token![,]>> = if is_time {
        Some(parse_quote! { default, deserialize_with = "crate::timestamp::deserialize_optional" })
    } else if optional.is_some_and(is_id) {
        Some(parse_quote! { default, deserialize_with = "crate::id::deserialize_optional" })
    } else if are_ids_optional && is_id(&ty) {
        Some(parse_quote! { default = "crate::id::nil", deserialize_with = "crate::id::deserialize_or_nil" })
    } else if optional.is_some_and(|ty| ty.starts_with("crate::states::")) {
        Some(parse_quote! { default, deserialize_with = "crate::enumeration::deserialize_optional" })
    } else if ty == "::std::vec::Vec<::std::string::String>" {
        Some(parse_quote! { default, deserialize_with = "crate::decode::deserialize_texts" })
    } else if is_text_or_array {
        Some(parse_quote! { default, deserialize_with = "crate::decode::deserialize_null_as_default" })
    } else if optional.is_some() {
        Some(parse_quote! { default, deserialize_with = "crate::decode::deserialize_or_none" })
    } else {
        None
    };
    metas.extend(decoding.into_iter().flatten());
    field.attrs.push(parse_quote! { #[serde(#(#metas),*)] });
}

/// Returns the constant with the JSON name of an array field, for clients that decode a long array while it arrives.
fn name_constant(struct_name: &syn::Ident, field: &syn::Field) -> Option<Item> {
    let ident = field.ident.as_ref()?;
    if !type_text(field).contains("Vec<") {
        return None;
    }
    let name = json_name(field, &serde_attributes(field));
    let constant = format_ident!("{}", ident.to_string().to_uppercase());
    let doc = format!(
        "The name of the field `{ident}` in JSON, for clients that decode the array while it arrives."
    );
    Some(parse_quote! {
        impl #struct_name {
            #[doc = #doc]
            pub const #constant: &'static str = #name;
        }
    })
}

fn take_serde_attributes(field: &mut syn::Field) -> Vec<Meta> {
    let metas = serde_attributes(field);
    field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
    metas
}

fn serde_attributes(field: &syn::Field) -> Vec<Meta> {
    let attributes = field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde"));
    let lists = attributes.map(|attribute| {
        attribute
            .parse_args_with(Punctuated::<Meta, syn::Token![,]>::parse_terminated)
            .expect("the attribute is in serde's syntax")
    });
    lists.flatten().collect()
}

/// Returns the name of a field in JSON: the value of `rename`, or the field's own name.
fn json_name(field: &syn::Field, metas: &[Meta]) -> String {
    let renamed = metas.iter().find_map(|meta| match meta {
        Meta::NameValue(pair) if pair.path.is_ident("rename") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    renamed.unwrap_or_else(|| field.ident.as_ref().expect("the field has a name").to_string())
}
