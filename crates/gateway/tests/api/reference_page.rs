//! The reference page has everything of the specification.

use txjobs_test_support::reference_page::Reference;

use crate::SPEC;

fn reference() -> Reference {
    let page = include_str!(concat!(env!("OUT_DIR"), "/reference.html")).to_owned();
    Reference { spec: yaml_serde::from_str(SPEC).unwrap(), page, variable: "$TXJOBS_API_KEY" }
}

#[test]
fn page_has_every_operation_with_its_parameters_and_responses() {
    reference().assert_has_operations();
}

#[test]
fn page_has_every_schema_with_its_properties_and_values() {
    reference().assert_has_schemas();
}

#[test]
fn page_has_the_parts_that_all_operations_share() {
    reference().assert_has_shared_parts();
}

#[test]
fn every_link_within_the_page_has_a_target() {
    reference().assert_links_have_targets();
}

#[test]
fn elements_are_closed_in_their_order_and_ids_are_unique() {
    reference().assert_is_well_formed();
}
