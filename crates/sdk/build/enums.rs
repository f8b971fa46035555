//! Integer enumerations, as Rust enums that keep numbers they do not know.
//!
//! progenitor makes a closed newtype of them, with which one new number would fail a whole answer.

use openapiv3::{OpenAPI, ReferenceOr, Schema, SchemaKind, Type};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};

pub struct IntegerEnum {
    pub name: String,
    description: String,
    arms: Vec<Arm>,
    /// Other names that a server may write, and their numbers.
    aliases: Vec<(String, i64)>,
}

struct Arm {
    name: String,
    number: i64,
    description: String,
}

/// Every named schema of type integer that has an `enum`; its names and descriptions must be as many as its numbers.
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
    let names = without_common_word(names);
    let arms = numbers
        .zip(names)
        .zip(descriptions)
        .map(|((number, name), description)| Arm { name, number, description })
        .collect();
    let description = schema.schema_data.description.clone().unwrap_or_default();
    let description = description.lines().next().unwrap_or_default().to_owned();
    Some(IntegerEnum { name: name.to_owned(), description, arms, aliases: aliases(schema, name) })
}

/// Returns the numbers of `x-enum-aliases`, by name.
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

/// Removes the word that all names begin with.
///
/// In some languages all constants of a client share one scope, so the contract's names begin with their kind. In Rust the
/// enumeration's own name already says it.
fn without_common_word(names: Vec<String>) -> Vec<String> {
    let first_word = |name: &str| {
        let end = name.char_indices().skip(1).find(|(_, c)| c.is_uppercase());
        name[..end.map_or(name.len(), |(at, _)| at)].to_owned()
    };
    let word = names.first().map(|name| first_word(name)).unwrap_or_default();
    let is_common = names.len() > 1 && names.iter().all(|name| first_word(name) == word && *name != word);
    if is_common { names.iter().map(|name| name[word.len()..].to_owned()).collect() } else { names }
}

/// `CompletedWithErrors` is "completed with errors" to people.
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
        let names: Vec<_> = self.arms.iter().map(|arm| format_ident!("{}", arm.name)).collect();
        let numbers: Vec<_> = self.arms.iter().map(|arm| arm.number).collect();
        let labels: Vec<_> = self.arms.iter().map(|arm| label(&arm.name)).collect();
        let docs = self.arms.iter().map(|arm| format!("{}: {}", arm.number, arm.description));
        let (known_names, known_numbers): (Vec<_>, Vec<_>) = self
            .arms
            .iter()
            .map(|arm| (&arm.name, arm.number))
            .chain(self.aliases.iter().map(|(name, number)| (name, *number)))
            .unzip();
        let all_doc = format!("Every `{}` that the contract names, in its order.", self.name);
        tokens.extend(quote! {
            #[doc = #description]
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub enum #ident {
                #(#[doc = #docs] #names,)*
                /// A number that the contract does not name, kept as it came.
                Unknown(i64),
            }

            impl #ident {
                #[doc = #all_doc]
                pub const ALL: &'static [Self] = &[#(Self::#names),*];

                /// The number on the wire.
                pub const fn number(self) -> i64 {
                    match self {
                        #(Self::#names => #numbers,)*
                        Self::Unknown(number) => number,
                    }
                }

                /// The words for people, or `None` for a number that the contract does not name.
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
                /// The label, or "Unknown (7)".
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
                /// Reads a number, also as a float or as text, or a name in any casing.
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    const NAMES: &[(&str, i64)] = &[#((#known_names, #known_numbers)),*];
                    crate::enumeration::deserialize(deserializer, NAMES).map(Self::from)
                }
            }
        });
    }
}
