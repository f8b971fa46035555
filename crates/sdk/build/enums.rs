//! Generates integer enumerations as Rust enums that keep unknown numbers.
//!
//! progenitor generates a type that accepts only the known numbers. One new number would then lose a whole response.

use openapiv3::{OpenAPI, ReferenceOr, Schema, SchemaKind, Type};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

pub struct IntegerEnum {
    pub name: String,
    description: String,
    variants: Vec<Variant>,
    /// Other names that servers send, and their numbers.
    aliases: Vec<(String, i64)>,
}

struct Variant {
    name: String,
    number: i64,
    description: String,
}

/// Returns the enumerations of all named integer schemas with an `enum`.
///
/// # Panics
///
/// Panics if a schema has not as many names and descriptions as numbers.
pub fn integer_enums(spec: &OpenAPI) -> Vec<IntegerEnum> {
    let schemas = spec.components.iter().flat_map(|c| &c.schemas);
    schemas.filter_map(|(name, schema)| integer_enum(name, schema)).collect()
}

fn integer_enum(name: &str, schema: &ReferenceOr<Schema>) -> Option<IntegerEnum> {
    let ReferenceOr::Item(schema) = schema else { return None };
    let SchemaKind::Type(Type::Integer(integer)) = &schema.schema_kind else { return None };
    if integer.enumeration.is_empty() {
        return None;
    }
    let numbers = integer.enumeration.iter().map(|n| n.unwrap_or_else(|| panic!("{name}: null in enum")));
    let names = strings(schema, name, "x-enum-varnames");
    let descriptions = strings(schema, name, "x-enum-descriptions");
    assert_eq!(names.len(), integer.enumeration.len(), "{name}: as many x-enum-varnames as numbers");
    assert_eq!(descriptions.len(), names.len(), "{name}: as many x-enum-descriptions as names");
    let names = without_common_prefix(names);
    let variants = numbers
        .zip(names)
        .zip(descriptions)
        .map(|((number, name), description)| Variant { name, number, description })
        .collect();
    let description = schema.schema_data.description.clone().unwrap_or_default();
    let description = description.lines().next().unwrap_or_default().to_owned();
    Some(IntegerEnum { name: name.to_owned(), description, variants, aliases: aliases(schema, name) })
}

/// Returns the names and numbers of `x-enum-aliases`.
fn aliases(schema: &Schema, name: &str) -> Vec<(String, i64)> {
    let Some(value) = schema.schema_data.extensions.get("x-enum-aliases") else { return Vec::new() };
    let aliases = value.as_object().unwrap_or_else(|| panic!("{name}: x-enum-aliases is not an object"));
    aliases.iter().map(|(alias, number)| (alias.clone(), number.as_i64().expect("a number"))).collect()
}

fn strings(schema: &Schema, name: &str, key: &str) -> Vec<String> {
    let value = schema.schema_data.extensions.get(key).unwrap_or_else(|| panic!("{name} lacks {key}"));
    let array = value.as_array().unwrap_or_else(|| panic!("{name}: {key} is not an array"));
    array.iter().map(|v| v.as_str().expect("a string").to_owned()).collect()
}

/// Removes the first word if all names start with it.
///
/// In some languages all constants of a client share one scope, so the contract's names start with the name of their enumeration.
/// Rust does not need that.
fn without_common_prefix(names: Vec<String>) -> Vec<String> {
    let first_word = |name: &str| {
        let end = name.char_indices().skip(1).find(|(_, c)| c.is_uppercase());
        name[..end.map_or(name.len(), |(at, _)| at)].to_owned()
    };
    let prefix = names.first().map(|name| first_word(name)).unwrap_or_default();
    let is_common = names.len() > 1 && names.iter().all(|name| first_word(name) == prefix && *name != prefix);
    if is_common { names.iter().map(|name| name[prefix.len()..].to_owned()).collect() } else { names }
}

/// Converts `CompletedWithErrors` to "completed with errors".
fn label(name: &str) -> String {
    let mut label = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !label.is_empty() {
            label.push(' ');
        }
        label.extend(c.to_lowercase());
    }
    label
}

impl ToTokens for IntegerEnum {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ident = format_ident!("{}", self.name);
        let description = &self.description;
        let names: Vec<_> = self.variants.iter().map(|variant| format_ident!("{}", variant.name)).collect();
        let numbers: Vec<_> = self.variants.iter().map(|variant| variant.number).collect();
        let labels: Vec<_> = self.variants.iter().map(|variant| label(&variant.name)).collect();
        let docs = self.variants.iter().map(|variant| format!("{}: {}", variant.number, variant.description));
        let (known_names, known_numbers): (Vec<_>, Vec<_>) = self
            .variants
            .iter()
            .map(|arm| (&arm.name, arm.number))
            .chain(self.aliases.iter().map(|(name, number)| (name, *number)))
            .unzip();
        let all_doc = format!("All values of `{}` in the contract, in its order.", self.name);
        tokens.extend(quote! {
            #[doc = #description]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub enum #ident {
                #(#[doc = #docs] #names,)*
                /// A number that is not in the contract.
                Unknown(i64),
            }

            impl #ident {
                #[doc = #all_doc]
                pub const ALL: &'static [Self] = &[#(Self::#names),*];

                /// Returns the number in JSON.
                pub const fn number(self) -> i64 {
                    match self {
                        #(Self::#names => #numbers,)*
                        Self::Unknown(number) => number,
                    }
                }

                /// Returns the label for user interfaces, or `None` for a number that is not in the contract.
                pub const fn label(self) -> Option<&'static str> {
                    match self {
                        #(Self::#names => Some(#labels),)*
                        Self::Unknown(_) => None,
                    }
                }
            }

            impl From<i64> for #ident {
                fn from(number: i64) -> Self {
                    match number {
                        #(#numbers => Self::#names,)*
                        _ => Self::Unknown(number),
                    }
                }
            }

            impl std::fmt::Display for #ident {
                /// Writes the label, or "Unknown (7)" for an unknown number.
                fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    match self.label() {
                        Some(label) => f.pad(label),
                        None => f.pad(&format!("Unknown ({})", self.number())),
                    }
                }
            }

            impl serde::Serialize for #ident {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_i64(self.number())
                }
            }

            impl<'de> serde::Deserialize<'de> for #ident {
                /// Decodes a number, a float, a number as text, or a name in any casing.
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    const NAMES: &[(&str, i64)] = &[#((#known_names, #known_numbers)),*];
                    crate::enumeration::deserialize(deserializer, NAMES).map(Self::from)
                }
            }
        });
    }
}
