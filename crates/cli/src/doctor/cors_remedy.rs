//! What helps if the server does not allow the origin of a page.

use serde_json::Value;
use txjobs_sdk::ServerAddress;

use super::requests::{Request, Requester};

/// The settings of the console that a gateway serves, without a key.
const CONSOLE_SETTINGS: &str = "/config.json";
/// The field that names the service of a relay.
const RELAY_FIELD: &str = "relayFor";

/// Returns the advice. Asks the server whether it is a relay, whose owner can allow the origin.
pub(crate) async fn advice(requester: &mut Requester, address: &ServerAddress, origin: &str) -> String {
    let settings = requester.send(&Request::get("console_settings", CONSOLE_SETTINGS)).await;
    let is_relay = settings.is_ok_and(|response| response.status.is_success() && is_relay(&response.body));
    if is_relay { allow_origin(origin) } else { start_relay(address) }
}

fn allow_origin(origin: &str) -> String {
    format!(
        "This server is a relay. Add the origin to the section [relay] of its gateway.toml, and restart it:\n\
         origins = [{origin:?}]"
    )
}

fn start_relay(address: &ServerAddress) -> String {
    let upstream = address.url().as_str().trim_end_matches('/');
    format!(
        "Or let a gateway relay to this server, and open the console at the address of the gateway. See \
         docs/guides/get-a-browser-past-cors.md. The lines of its gateway.toml:\n\
         [relay]\n\
         upstream = {upstream:?}\n\
         key_env = \"SERVICE_KEY\""
    )
}

/// Returns whether the settings say that the server relays to another one.
fn is_relay(settings: &[u8]) -> bool {
    let Ok(settings) = serde_json::from_slice::<Value>(settings) else { return false };
    let is_own =
        |profile: &&Value| profile["domain"].as_str().is_some_and(|domain| domain.starts_with(['.', '/']));
    let several = settings["profiles"].as_array().into_iter().flatten().filter(is_own);
    let mut own = several.chain([&settings]);
    own.any(|profile| profile[RELAY_FIELD].as_str().is_some_and(|service| !service.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relay_is_recognized_by_its_own_settings() {
        for (settings, expected) in [
            (r#"{"domain":"./","relayFor":"https://api.example.com"}"#, true),
            (r#"{"profiles":[{"domain":"./","relayFor":"https://api.example.com"}]}"#, true),
            (
                r#"{"profiles":[{"domain":"https://other.example","relayFor":"https://api.example.com"}]}"#,
                false,
            ),
            (r#"{"domain":"./","relayFor":""}"#, false),
            (r#"{"domain":"./","relayFor":7}"#, false),
            (r#"{"domain":"./"}"#, false),
            ("<!doctype html>", false),
            ("[]", false),
        ] {
            assert_eq!(is_relay(settings.as_bytes()), expected, "{settings}");
        }
    }
}
