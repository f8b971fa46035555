//! How a struct of the contract is decoded.
//!
//! Not by serde's derive: it compiles a second decoder for arrays in the place of objects and a comparison for every
//! spelling of every name, which is a tenth of what the console weighs; and it refuses a name that comes in two
//! spellings.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Type;

/// A field, and what it is when it is absent.
pub struct Field {
    pub ident: Ident,
    pub wire: String,
    pub ty: Type,
    pub reading: Reading,
}

/// How tolerantly a field is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It must be there.
    Required,
    /// Absent or null is `None`.
    Optional,
    /// Absent or null is the empty text or array.
    Default,
    /// A time in any form; absent, null, empty or unreadable is `None`.
    Time,
    /// An id in any form; the empty guid if it is absent, null, empty or unreadable.
    Id,
    /// An id in any form; `None` if it is absent, null, empty or unreadable.
    OptionalId,
}

/// `Deserialize` for a struct: names in any casing, unknown ones ignored, the last of several wins.
pub fn decoder(name: &Ident, fields: &[Field]) -> TokenStream {
    let expected = format!("an object like {name}");
    let wires = fields.iter().map(|field| &field.wire);
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let starts = fields.iter().map(|field| match field.reading {
        Reading::Default => quote! { ::std::default::Default::default() },
        Reading::Id => quote! { ::uuid::Uuid::nil().into() },
        _ => quote! { None },
    });
    let arms = fields.iter().enumerate().map(|(at, field)| {
        let (ident, ty) = (&field.ident, &field.ty);
        let read = match field.reading {
            Reading::Required => quote! { Some(map.next_value()?) },
            Reading::Optional => quote! { map.next_value()? },
            Reading::Default => quote! { map.next_value::<Option<#ty>>()?.unwrap_or_default() },
            Reading::Time => quote! { map.next_value_seed(crate::timestamp::Tolerant)? },
            Reading::Id => quote! { map.next_value_seed(crate::id::Lenient)?.unwrap_or_default().into() },
            Reading::OptionalId => quote! { map.next_value_seed(crate::id::Lenient)?.map(Into::into) },
        };
        quote! { Some(#at) => #ident = #read, }
    });
    let values = fields.iter().map(|field| {
        let (ident, wire) = (&field.ident, &field.wire);
        match field.reading {
            Reading::Required => {
                quote! { #ident: #ident.ok_or_else(|| serde::de::Error::missing_field(#wire))? }
            }
            _ => quote! { #ident },
        }
    });
    let names = fields.iter().filter(|field| is_array(&field.ty)).map(|field| {
        let (constant, wire) =
            (quote::format_ident!("{}", field.ident.to_string().to_uppercase()), &field.wire);
        let says = format!("The name of `{}` on the wire, for who reads a long one in pieces.", field.ident);
        quote! {
            impl #name {
                #[doc = #says]
                pub const #constant: &'static str = #wire;
            }
        }
    });
    quote! {
        #(#names)*

        impl<'de> serde::Deserialize<'de> for #name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Object;

                impl<'de> serde::de::Visitor<'de> for Object {
                    type Value = #name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(#expected)
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<#name, A::Error> {
                        let names = crate::decode::Names(&[#(#wires),*]);
                        #(let mut #idents = #starts;)*
                        while let Some(field) = map.next_key_seed(names)? {
                            match field {
                                #(#arms)*
                                _ => drop(map.next_value::<serde::de::IgnoredAny>()?),
                            }
                        }
                        Ok(#name { #(#values),* })
                    }
                }

                deserializer.deserialize_map(Object)
            }
        }
    }
}

fn is_array(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Vec"))
}
