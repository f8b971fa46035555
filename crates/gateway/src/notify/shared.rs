//! The channels in use, which follow the configuration.

use std::sync::Arc;

use tokio::sync::watch;
use txjobs_store::DeclaredChannel;

use super::channel::Channel;

/// The channels of a configuration.
#[derive(Clone, Debug, Default)]
pub struct ChannelSet(Vec<Channel>);

impl ChannelSet {
    /// Creates the set of these channels.
    pub fn new(channels: Vec<Channel>) -> Self {
        Self(channels)
    }

    /// Returns the channels.
    pub fn channels(&self) -> &[Channel] {
        &self.0
    }

    /// Returns the channel with this name.
    pub fn get(&self, name: &str) -> Option<&Channel> {
        self.0.iter().find(|channel| channel.name == name)
    }

    /// Returns the channels as the store needs them.
    pub fn declared(&self) -> Vec<DeclaredChannel> {
        self.0.iter().map(Channel::declared).collect()
    }

    /// Returns the names of the channels.
    pub fn names(&self) -> Vec<String> {
        self.0.iter().map(|channel| channel.name.clone()).collect()
    }
}

/// The channels of the configuration in use. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Notifications(watch::Sender<Arc<ChannelSet>>);

impl Notifications {
    /// Replaces all channels.
    pub fn set(&self, set: ChannelSet) {
        self.0.send_replace(Arc::new(set));
    }

    /// Returns the channels. It is the same `Arc` until they are replaced.
    pub fn current(&self) -> Arc<ChannelSet> {
        Arc::clone(&self.0.borrow())
    }

    /// Returns a receiver that notices when the channels are replaced.
    pub fn subscribe(&self) -> watch::Receiver<Arc<ChannelSet>> {
        self.0.subscribe()
    }
}
