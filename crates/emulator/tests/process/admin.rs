//! The admin API of a running emulator.

use crate::gateway_process::{Gateway, Home};

const TOKEN: &str = "a-token-of-these-tests";

/// Starts an emulator with a known token.
pub fn serve(home: &Home, more: &[&str]) -> Gateway {
    home.serve_with(more, |command| {
        command.env("TXJOBS_ADMIN_TOKEN", TOKEN);
    })
}

/// Sets or advances the clock.
pub async fn set_clock(gateway: &Gateway, method: &str, path: &str, body: &str) {
    let request = gateway
        .http
        .request(method.parse().unwrap(), format!("{}/admin/clock{path}", gateway.url))
        .bearer_auth(TOKEN)
        .header("Content-Type", "application/json")
        .body(body.to_owned());
    let response = request.send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.text().await.unwrap());
}
