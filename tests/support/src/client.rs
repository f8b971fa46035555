//! Clients of the SDK.

use txjobs_sdk::{ApiKey, Client, ClientBuilder};

use crate::fake_server::FakeServer;
use crate::test_server::TestServer;

impl TestServer {
    /// Creates a client with the key of the first organization.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::builder(self.address(), ApiKey::new(self.key()).unwrap()).build().unwrap()
    }
}

impl FakeServer {
    /// The key of the clients.
    pub const KEY: &str = "s3cret";

    /// Creates a builder of clients.
    #[must_use]
    pub fn client_builder(&self) -> ClientBuilder {
        Client::builder(self.address(), ApiKey::new(Self::KEY).unwrap())
    }

    /// Creates a client.
    #[must_use]
    pub fn client(&self) -> Client {
        self.client_builder().build().unwrap()
    }
}
