//! Generates the method and path of each operation as a typed function, for clients with their own HTTP library.

use openapiv3::{
    OpenAPI, Operation, Parameter, ParameterSchemaOrContent, PathItem, ReferenceOr, Schema, SecurityScheme,
};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// Generates the module `paths`.
pub fn paths(spec: &OpenAPI) -> syn::File {
    let mut items = Vec::new();
    let mut all = Vec::new();
    for (template, item) in &spec.paths.paths {
        let ReferenceOr::Item(item) = item else { panic!("{template}: a path must not be a reference") };
        for (method, operation) in [("Get", &item.get), ("Post", &item.post)] {
            if let Some(operation) = operation {
                all.push(constant_name(operation));
                items.push(one_operation(spec, template, method, item, operation));
            }
        }
    }
    let count = all.len();
    let key_header = key_header(spec);
    let extensions_header = extensions_header(spec);
    let local = spec.servers.iter().find(|server| server.variables.is_none());
    let local = &local.expect("the spec has the URL of the local gateway").url;
    syn::parse_quote! {
        use crate::operation::{Method, Operation, Request, push_path, push_query};

        /// The request header that carries the API key by default.
        pub const API_KEY_HEADER: &str = #key_header;

        /// The response header in which a server announces its extensions of the vendor's API.
        pub const EXTENSIONS_HEADER: &str = #extensions_header;

        /// The base URL of a gateway on this machine, with the default port.
        pub const LOCAL_GATEWAY_URL: &str = #local;

        /// All operations of the contract.
        pub const ALL: [&Operation; #count] = [#(&#all),*];

        #(#items)*
    }
}

fn constant_name(operation: &Operation) -> syn::Ident {
    format_ident!("{}", id(operation).to_uppercase())
}

fn id(operation: &Operation) -> &str {
    operation.operation_id.as_deref().expect("every operation has an operationId")
}

fn one_operation(
    spec: &OpenAPI,
    template: &str,
    method: &str,
    item: &PathItem,
    operation: &Operation,
) -> TokenStream {
    let constant = constant_name(operation);
    let id = id(operation);
    let function = format_ident!("{id}");
    let method_ident = format_ident!("{method}");
    let summary = operation.summary.as_deref().unwrap_or(id);
    let doc = format!("{summary}: `{} {template}`.", method.to_uppercase());
    let is_extension = operation.extensions.get("x-extension").is_some_and(|v| v == true);
    let parameters: Vec<_> =
        item.parameters.iter().chain(&operation.parameters).map(|p| resolve(spec, p)).collect();

    let mut arguments = Vec::new();
    let mut pushes = Vec::new();
    let mut query = Vec::new();
    let names: Vec<_> = parameters.iter().map(|p| &p.parameter_data_ref().name).collect();
    let mut rest = template;
    for parameter in &parameters {
        let data = parameter.parameter_data_ref();
        let name = format_ident!("{}", data.name);
        let ty = rust_type(data);
        match parameter {
            Parameter::Path { .. } => {
                let slot = format!("{{{}}}", data.name);
                let (before, after) =
                    rest.split_once(&slot).unwrap_or_else(|| panic!("{template} lacks {slot}"));
                arguments.push(quote! { #name: #ty });
                pushes.push(quote! { path.push_str(#before); push_path(&mut path, &#name); });
                rest = after;
            }
            Parameter::Query { .. } => {
                let key = &data.name;
                query.push(key);
                arguments.push(quote! { #name: Option<#ty> });
                pushes.push(quote! { push_query(&mut query, #key, #name); });
            }
            _ => panic!("{template}: only path and query parameters are supported"),
        }
    }
    // The rest of the path precedes the query parameters.
    let split = parameters.iter().filter(|p| matches!(p, Parameter::Path { .. })).count();
    let (path_pushes, query_pushes) = pushes.split_at(split);
    let tail = (!rest.is_empty()).then(|| quote! { path.push_str(#rest); });
    quote! {
        #[doc = #doc]
        pub const #constant: Operation = Operation {
            id: #id,
            method: Method::#method_ident,
            template: #template,
            summary: #summary,
            parameters: &[#(#names),*],
            query_parameters: &[#(#query),*],
            is_extension: #is_extension,
        };

        #[doc = #doc]
        #[allow(unused_mut, reason = "not every operation has parameters")]
        pub fn #function(#(#arguments),*) -> Request {
            let mut path = String::new();
            #(#path_pushes)*
            #tail
            let mut query = String::new();
            #(#query_pushes)*
            Request::new(&#constant, path, query)
        }
    }
}

fn resolve<'a>(spec: &'a OpenAPI, parameter: &'a ReferenceOr<Parameter>) -> &'a Parameter {
    match parameter {
        ReferenceOr::Item(parameter) => parameter,
        ReferenceOr::Reference { reference } => {
            let name = reference.rsplit('/').next().unwrap_or_default();
            let found =
                spec.components.as_ref().and_then(|c| c.parameters.get(name)).and_then(ReferenceOr::as_item);
            found.unwrap_or_else(|| panic!("the contract has no parameter {reference}"))
        }
    }
}

/// Returns the type of a parameter: the named type of its schema, or `i32` for an unnamed integer.
fn rust_type(data: &openapiv3::ParameterData) -> TokenStream {
    let ParameterSchemaOrContent::Schema(schema) = &data.format else { panic!("{}: no schema", data.name) };
    match schema {
        ReferenceOr::Reference { reference } => {
            let name = format_ident!("{}", reference.rsplit('/').next().unwrap_or_default());
            quote! { crate::types::#name }
        }
        ReferenceOr::Item(Schema {
            schema_kind: openapiv3::SchemaKind::Type(openapiv3::Type::Integer(_)),
            ..
        }) => {
            quote! { i32 }
        }
        ReferenceOr::Item(_) => {
            panic!("{}: the schema of a parameter must be named or an integer", data.name)
        }
    }
}

fn key_header(spec: &OpenAPI) -> &str {
    let schemes = spec.components.iter().flat_map(|c| c.security_schemes.values());
    let mut names = schemes.filter_map(|scheme| match scheme {
        ReferenceOr::Item(SecurityScheme::APIKey { name, .. }) => Some(name.as_str()),
        _ => None,
    });
    names.next().expect("the spec has an API key header")
}

/// Returns the name of the response header that lists the extensions. Each successful response declares it.
fn extensions_header(spec: &OpenAPI) -> &str {
    let items = spec.paths.paths.values().filter_map(ReferenceOr::as_item);
    let operations = items.flat_map(|item| item.get.iter().chain(&item.post));
    let responses = operations.flat_map(|operation| operation.responses.responses.values());
    let mut names = responses.filter_map(ReferenceOr::as_item).flat_map(|response| response.headers.keys());
    names.find(|name| name.starts_with("x-")).expect("the spec has an extensions header")
}
