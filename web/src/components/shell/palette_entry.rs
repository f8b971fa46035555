//! The entries of the command palette and their commands.

use leptos::prelude::*;

use crate::{
    model::{format, route::Route},
    profiles::profile::Profile,
    state::{Connection, Jobs, Preferences, Theme},
    text::{t, tf},
    utils::address,
};

/// Maximum number of entries in the list.
const MAX_ENTRIES: usize = 12;
/// Maximum number of jobs in the list, so that other entries stay visible.
const MAX_JOBS: usize = 8;

/// An entry of the palette.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub name: String,
    pub kind: &'static str,
    command: Command,
}

#[derive(Clone, Debug, PartialEq)]
enum Command {
    Navigate(String),
    SwitchProfile(Profile),
    SetTheme(Theme),
    SetUtc(bool),
    Refresh,
    ShowShortcuts,
}

/// What the commands read and change.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    connection: Connection,
    preferences: Preferences,
    /// `None` without a session.
    jobs: Option<Jobs>,
    are_shortcuts_open: RwSignal<bool>,
}

impl Palette {
    pub(super) fn new(are_shortcuts_open: RwSignal<bool>) -> Self {
        Self {
            connection: expect_context::<Connection>(),
            preferences: expect_context::<Preferences>(),
            jobs: use_context::<Jobs>(),
            are_shortcuts_open,
        }
    }

    /// Returns the entries for a text. Jobs come first, because users search for them most.
    pub(super) fn find(self, typed: &str) -> Vec<Entry> {
        let needle = format::lowercase(typed.trim());
        let mut entries = if needle.is_empty() { Vec::new() } else { self.find_jobs(typed) };
        let others = self.other_entries();
        entries.extend(others.into_iter().filter(|entry| format::lowercase(&entry.name).contains(&needle)));
        entries.truncate(MAX_ENTRIES);
        entries
    }

    fn find_jobs(self, typed: &str) -> Vec<Entry> {
        let Some(jobs) = self.jobs else { return Vec::new() };
        let found: Vec<_> = jobs.list.with(|list| {
            let Some(list) = list else { return Vec::new() };
            list.find_by_name(typed, MAX_JOBS).into_iter().map(|index| list.jobs()[index].id).collect()
        });
        let entry = |job| {
            let name = jobs.name(job).unwrap_or_default();
            Entry { name, kind: t("job"), command: Command::Navigate(Route::Job(job).to_string()) }
        };
        found.into_iter().map(entry).collect()
    }

    fn other_entries(self) -> Vec<Entry> {
        let entry = |name: String, kind, command| Entry { name, kind, command };
        let screens = [
            (t("Jobs"), "#/"),
            (t("Timeline"), "#/timeline"),
            (t("Runs"), "#/runs"),
            (t("API requests"), "#/api"),
            (t("Settings"), "#/settings"),
        ];
        let screens = screens
            .map(|(name, link)| entry(name.to_owned(), t("screen"), Command::Navigate(link.to_owned())));
        let mut entries = Vec::from(screens);
        entries.extend(
            self.connection
                .profiles
                .get()
                .into_iter()
                .map(|profile| entry(profile.title(), t("profile"), Command::SwitchProfile(profile))),
        );
        if self.jobs.is_some() {
            entries.push(entry(t("Refresh").to_owned(), t("command"), Command::Refresh));
        }
        entries.push(entry(t("Keyboard shortcuts").to_owned(), t("command"), Command::ShowShortcuts));
        entries.extend(Theme::ALL.map(|theme| {
            entry(tf!("Theme: {theme}", theme = theme.name()), t("appearance"), Command::SetTheme(theme))
        }));
        let zones = [(t("Times: local"), false), (t("Times: UTC"), true)];
        entries
            .extend(zones.map(|(name, utc)| entry(name.to_owned(), t("appearance"), Command::SetUtc(utc))));
        entries
    }

    /// Runs the command of an entry.
    pub(super) fn run(self, entry: Entry) {
        match entry.command {
            Command::Navigate(link) => address::navigate(&link),
            Command::SwitchProfile(profile) => self.connection.switch(profile),
            Command::SetTheme(theme) => self.preferences.theme.set(theme),
            Command::SetUtc(utc) => self.preferences.utc.set(utc),
            Command::Refresh => self.jobs.into_iter().for_each(Jobs::refresh),
            Command::ShowShortcuts => self.are_shortcuts_open.set(true),
        }
    }
}
