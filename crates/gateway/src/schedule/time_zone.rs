//! Finds time zones by their names, in a database that is part of the program.

use anyhow::{Context, Result, ensure};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::suggestion::{advice, similar};

/// Returns a time zone and its name in the spelling of the database.
///
/// # Errors
///
/// Fails if the database does not have it. The error suggests another name.
pub(super) fn find_zone(name: &str) -> Result<(TimeZone, String)> {
    let zones = TimeZoneDatabase::bundled();
    let unknown = || {
        let otherwise = "Write a name like \"Europe/Copenhagen\", \"America/New_York\", or \"UTC\"";
        let advice = advice(similar_zone(name, &zones).as_deref(), otherwise);
        format!("{name:?} is not a time zone of the IANA database. {advice}")
    };
    let zone = zones.get(name).ok().with_context(unknown)?;
    ensure!(!zone.is_unknown(), unknown());
    let name = zone.iana_name().unwrap_or("UTC").to_owned();
    Ok((zone, name))
}

/// Returns the time zone with the most similar name, or else the one with the most similar city.
fn similar_zone(name: &str, zones: &TimeZoneDatabase) -> Option<String> {
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or_default().to_owned();
    let known: Vec<_> = zones.available().map(|zone| (zone.to_string(), city(zone.as_str()))).collect();
    if let Some(zone) = similar(name, known.iter().map(|(zone, _)| &**zone)) {
        return Some(zone.to_owned());
    }
    let similar_city = similar(&city(name), known.iter().map(|(_, city)| &**city))?;
    known.iter().find(|(_, city)| city == similar_city).map(|(zone, _)| zone.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zone_is_found_in_the_embedded_database() {
        let found = |name| find_zone(name).unwrap().1;
        assert_eq!(found("europe/copenhagen"), "Europe/Copenhagen");
        assert_eq!(found("UTC"), "UTC");
    }

    #[test]
    fn unknown_zone_is_an_error_with_a_similar_name() {
        let error = |name: &str| find_zone(name).unwrap_err().to_string();
        for name in ["", "Etc/Unknown", "+02:00", "../../etc/passwd"] {
            let error = error(name);
            assert!(error.contains("is not a time zone of the IANA database. Write a name like"), "{error}");
        }
        for name in [
            "Copenhagen",
            "Europe/Kopenhagen",
            "Europe/Copenhagen\0",
            "Denmark/Copenhagen",
            "europe copenhagen",
        ] {
            let error = error(name);
            assert!(error.ends_with("of the IANA database. Did you mean \"Europe/Copenhagen\"?"), "{error}");
        }
        assert!(error("New York").ends_with("Did you mean \"America/New_York\"?"), "{}", error("New York"));
        assert!(error("CEST").starts_with("\"CEST\" is not a time zone of the IANA database. "));
    }
}
