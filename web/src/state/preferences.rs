//! What the user prefers. Kept in the browser's storage and shared with its other tabs.

use codee::string::FromToStringCodec;
use leptos::prelude::*;
use leptos_use_color_mode::{
    ColorMode, UseColorModeOptions, UseColorModeReturn, use_color_mode_with_options,
};
use leptos_use_storage::use_local_storage;

use crate::profiles::key_store;

/// The preferences.
#[derive(Clone, Copy, Debug)]
pub struct Preferences {
    /// Light, dark, or `Auto` for the setting of the system.
    pub theme: Signal<ColorMode>,
    set_theme: WriteSignal<ColorMode>,
    /// Whether times are shown in UTC instead of the local time zone.
    pub utc: Signal<bool>,
    set_utc: WriteSignal<bool>,
    /// After how many minutes without use the vault is locked.
    pub lock_after_minutes: Signal<u32>,
    set_lock_after_minutes: WriteSignal<u32>,
    /// Whether long log lines are wrapped.
    pub wraps_lines: Signal<bool>,
    set_wraps_lines: WriteSignal<bool>,
    /// Whether the browser shows a notification when a run ends.
    pub notifies: Signal<bool>,
    set_notifies: WriteSignal<bool>,
}

/// The themes, in the order of the switch in the top bar.
pub const THEMES: [ColorMode; 3] = [ColorMode::Auto, ColorMode::Light, ColorMode::Dark];

impl Preferences {
    /// Reads the preferences and provides them as a context.
    pub fn provide() -> Self {
        let options = UseColorModeOptions::default()
            .attribute("data-theme")
            .storage_key("txjobs.theme")
            // Without this, leptos-use adds a style element, which the content security policy forbids.
            .transition_enabled(true)
            .emit_auto(true);
        let UseColorModeReturn { mode: theme, set_mode: set_theme, .. } =
            use_color_mode_with_options(options);
        let (utc, set_utc, _) = use_local_storage::<bool, FromToStringCodec>("txjobs.utc");
        let (wraps_lines, set_wraps_lines, _) = use_local_storage::<bool, FromToStringCodec>("txjobs.wrap");
        let (notifies, set_notifies, _) = use_local_storage::<bool, FromToStringCodec>("txjobs.notify");
        let (minutes, set_lock_after_minutes, _) = use_local_storage::<u32, FromToStringCodec>("txjobs.lock");
        // Zero means that nothing is stored.
        let lock_after_minutes = Signal::derive(move || match minutes.get() {
            0 => key_store::DEFAULT_LOCK_MINUTES,
            minutes => minutes,
        });
        let preferences = Self {
            theme,
            set_theme,
            utc,
            set_utc,
            lock_after_minutes,
            set_lock_after_minutes,
            wraps_lines,
            set_wraps_lines,
            notifies,
            set_notifies,
        };
        provide_context(preferences);
        preferences
    }

    pub fn set_theme(self, theme: ColorMode) {
        self.set_theme.set(theme);
    }

    pub fn set_utc(self, utc: bool) {
        self.set_utc.set(utc);
    }

    pub fn set_lock_after_minutes(self, minutes: u32) {
        self.set_lock_after_minutes.set(minutes);
    }

    pub fn set_wraps_lines(self, wraps: bool) {
        self.set_wraps_lines.set(wraps);
    }

    pub fn set_notifies(self, notifies: bool) {
        self.set_notifies.set(notifies);
    }
}

/// Returns the name of a theme on the screen.
pub fn theme_name(theme: &ColorMode) -> &'static str {
    match theme {
        ColorMode::Light => "light",
        ColorMode::Dark => "dark",
        ColorMode::Auto | ColorMode::Custom(_) => "system",
    }
}
