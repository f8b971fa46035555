//! Resolves each setting by the precedence of its sources: option, environment, project file, user file, default.

use std::{fmt, path::PathBuf};

use txjobs_sdk::paths;

use super::{
    base_url::{base_url, web_address},
    files::{self, KeyStore, ProjectFile, UserFile, Values},
    options::{CONSOLE_VARIABLE, DOMAIN_VARIABLE, KEY_HEADER_VARIABLE, PROFILE_VARIABLE, ServerOptions},
};
use crate::{environment, failure::Failure};

/// A value with the place that it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) source: Source,
}

/// The place that a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Option(&'static str),
    Variable(&'static str),
    ProjectFile(PathBuf),
    /// The default profile of the user's file.
    UserFile(PathBuf),
    Profile(String),
    Default,
}

impl Source {
    /// Returns whether only this call of the program has the value.
    pub(crate) fn is_option_or_variable(&self) -> bool {
        matches!(self, Self::Option(_) | Self::Variable(_))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => write!(f, "option {name}"),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::ProjectFile(path) => write!(f, "project file {}", path.display()),
            Self::UserFile(path) => write!(f, "user file {}", path.display()),
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// The resolved settings.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) profile: Option<Setting<String>>,
    pub(crate) domain: Setting<String>,
    pub(crate) key_header: Setting<String>,
    pub(crate) insecure_http: Setting<bool>,
    pub(crate) console: Option<Setting<String>>,
    /// Where the key of this domain is stored.
    pub(crate) key: Option<Setting<StoredKey>>,
    pub(crate) user_file: UserFile,
}

/// A key in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredKey {
    pub(crate) store: KeyStore,
    /// The name of the key: the profile and the base URL, so that neither another profile nor another server gets it.
    pub(crate) name: String,
}

impl StoredKey {
    pub(crate) fn new(store: KeyStore, profile: &str, base_url: &str) -> Self {
        Self { store, name: format!("{profile} {base_url}") }
    }
}

/// The values of a source.
struct Layer {
    source: Source,
    values: Values,
    /// Whether the values belong to the domain of this layer. Those of options and variables belong to any domain.
    belongs_to_domain: bool,
}

impl Settings {
    /// Reads the files and the environment.
    pub(crate) fn resolve(server: &ServerOptions) -> Result<Self, Failure> {
        Self::resolve_with(server, files::load()?, files::load_project()?)
    }

    /// Returns the settings for a new profile: without the file of the project, which must not decide where a new key goes, and
    /// without a default profile.
    pub(crate) fn resolve_for_login(server: &ServerOptions) -> Result<Self, Failure> {
        let user_file = UserFile { default_profile: None, ..files::load()? };
        let existing = server.profile.clone().filter(|name| user_file.profiles.contains_key(name));
        Self::resolve_with(&ServerOptions { profile: existing, ..server.clone() }, user_file, None)
    }

    fn resolve_with(
        server: &ServerOptions,
        user_file: UserFile,
        project: Option<(PathBuf, ProjectFile)>,
    ) -> Result<Self, Failure> {
        let mut layers = Vec::new();
        let mut profile = None;
        // The values of a profile rank directly below the place that selects the profile.
        let mut select = |layers: &mut Vec<Layer>,
                          name: Option<String>,
                          source: Source|
         -> Result<(), Failure> {
            let Some(name) = name.filter(|_| profile.is_none()) else { return Ok(()) };
            let values =
                user_file.profiles.get(&name).ok_or_else(|| unknown_profile(&name, &source, &user_file))?;
            layers.push(Layer {
                source: Source::Profile(name.clone()),
                values: values.clone(),
                belongs_to_domain: true,
            });
            profile = Some(Setting { value: name, source });
            Ok(())
        };

        layers.push(Layer {
            source: Source::Option(""),
            values: Values {
                domain: server.domain.clone(),
                key_header: server.key_header.clone(),
                insecure_http: server.insecure_http.then_some(true),
                ..Values::default()
            },
            belongs_to_domain: false,
        });
        select(&mut layers, server.profile.clone(), Source::Option("--profile"))?;
        layers.push(Layer {
            source: Source::Variable(""),
            values: Values {
                domain: environment::variable(DOMAIN_VARIABLE)?,
                key_header: environment::variable(KEY_HEADER_VARIABLE)?,
                console: environment::variable(CONSOLE_VARIABLE)?,
                ..Values::default()
            },
            belongs_to_domain: false,
        });
        let name = environment::variable(PROFILE_VARIABLE)?;
        select(&mut layers, name, Source::Variable(PROFILE_VARIABLE))?;
        if let Some((path, project)) = project {
            layers.push(Layer {
                source: Source::ProjectFile(path.clone()),
                values: Values {
                    domain: project.domain,
                    key_header: project.key_header,
                    console: project.console,
                    ..Values::default()
                },
                belongs_to_domain: true,
            });
            select(&mut layers, project.profile, Source::ProjectFile(path))?;
        }
        if let Some(path) = files::path()? {
            select(&mut layers, user_file.default_profile.clone(), Source::UserFile(path))?;
        }
        Ok(Self::from_layers(&layers, profile, &user_file))
    }

    fn from_layers(layers: &[Layer], profile: Option<Setting<String>>, user_file: &UserFile) -> Self {
        let domain =
            find(layers, DOMAIN_VARIABLE, "--domain", |values| values.domain.clone()).unwrap_or_else(|| {
                Setting { value: paths::LOCAL_GATEWAY_URL.to_owned(), source: Source::Default }
            });
        // An invalid domain is reported where it is used.
        let server = base_url(&domain.value).ok();
        // A header, the permission of plain http, and a console belong to their server, and must not apply to another one.
        let is_same_server = |layer: &&Layer| {
            let other = layer.values.domain.as_deref().filter(|_| layer.belongs_to_domain);
            other.is_none_or(|other| base_url(other).is_ok_and(|other| Some(other) == server))
        };
        let layers: Vec<_> = layers.iter().filter(is_same_server).collect();
        let key_header =
            find(layers.iter().copied(), KEY_HEADER_VARIABLE, "--key-header", |v| v.key_header.clone());
        let insecure_http =
            find(layers.iter().copied(), "", "--insecure-http", |values| values.insecure_http);
        let console = find(layers.iter().copied(), CONSOLE_VARIABLE, "", |values| values.console.clone());
        Self {
            key: server.as_ref().and_then(|server| find_key(user_file, profile.as_ref(), server)),
            domain,
            key_header: key_header.unwrap_or_else(|| Setting {
                value: paths::API_KEY_HEADER.to_owned(),
                source: Source::Default,
            }),
            insecure_http: insecure_http.unwrap_or(Setting { value: false, source: Source::Default }),
            console,
            profile,
            user_file: user_file.clone(),
        }
    }

    /// Returns the base URL of the domain.
    pub(crate) fn base_url(&self) -> Result<String, Failure> {
        Ok(base_url(&self.domain.value)?)
    }

    /// Checks the address of the console, and returns it in its normal form.
    pub(crate) fn console_url(&self) -> Result<Option<String>, Failure> {
        let Some(console) = &self.console else { return Ok(None) };
        web_address(&console.value).map(Some).map_err(|problem| {
            Failure::Usage(format!("The address of the console ({}): {problem}", console.source))
        })
    }

    /// Refuses a server that only the file of a project names, because the key would go to a server that the user does not know.
    pub(crate) fn check_trust(&self) -> Result<(), Failure> {
        let Source::ProjectFile(path) = &self.domain.source else { return Ok(()) };
        let server = self.base_url()?;
        let is_known = self.user_file.profiles.values().any(|values| {
            values.domain.as_deref().and_then(|domain| base_url(domain).ok()).as_ref() == Some(&server)
        });
        if is_known || environment::is_ci()? {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "{} names the server {server}, which is in none of your profiles. Your key is not sent to it. If you trust the \
             server: txjobs login --domain {server}",
            path.display()
        )))
    }
}

/// Returns the value of the first layer that has one.
fn find<'a, T>(
    layers: impl IntoIterator<Item = &'a Layer>,
    variable: &'static str,
    option: &'static str,
    value: impl Fn(&Values) -> Option<T>,
) -> Option<Setting<T>> {
    layers.into_iter().find_map(|layer| {
        let source = match &layer.source {
            Source::Option(_) => Source::Option(option),
            Source::Variable(_) => Source::Variable(variable),
            other => other.clone(),
        };
        value(&layer.values).map(|value| Setting { value, source })
    })
}

/// Returns the key for a server: that of the selected profile, or else of the first profile with the server.
fn find_key(
    user_file: &UserFile,
    selected: Option<&Setting<String>>,
    server: &str,
) -> Option<Setting<StoredKey>> {
    let key = |(name, values): (&String, &Values)| {
        let domain = values.domain.as_deref().and_then(|domain| base_url(domain).ok())?;
        let store = values.key.filter(|_| domain == server)?;
        let value = StoredKey::new(store, name, server);
        Some(Setting { value, source: Source::Profile(name.clone()) })
    };
    let selected = selected.and_then(|selected| user_file.profiles.get_key_value(&selected.value));
    selected.and_then(key).or_else(|| user_file.profiles.iter().find_map(key))
}

fn unknown_profile(name: &str, source: &Source, user_file: &UserFile) -> Failure {
    let known = user_file.known_profiles();
    Failure::Usage(format!("There is no profile {name:?} ({source}). {known}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(source: Source, values: Values) -> Layer {
        let belongs_to_domain = !matches!(source, Source::Option(_) | Source::Variable(_));
        Layer { source, values, belongs_to_domain }
    }

    fn profile(domain: &str) -> Values {
        Values {
            domain: Some(domain.to_owned()),
            key_header: Some("X-Key".to_owned()),
            insecure_http: Some(true),
            console: Some("https://console.example.com".to_owned()),
            key: Some(KeyStore::File),
        }
    }

    #[test]
    fn values_of_a_profile_do_not_apply_to_another_server() {
        let option = Values { domain: Some("http://other.example.com".to_owned()), ..Values::default() };
        let layers = [
            layer(Source::Option(""), option),
            layer(Source::Profile("p".to_owned()), profile("http://api.example.com")),
        ];
        let settings = Settings::from_layers(&layers, None, &UserFile::default());
        assert_eq!(settings.key_header.value, paths::API_KEY_HEADER);
        assert!(!settings.insecure_http.value && settings.console.is_none());
    }

    #[test]
    fn first_source_with_a_value_decides() {
        let variable = Values { key_header: Some("From-Variable".to_owned()), ..Values::default() };
        let layers = [
            layer(Source::Option(""), Values::default()),
            layer(Source::Variable(""), variable),
            layer(Source::Profile("p".to_owned()), profile("api.example.com")),
        ];
        let user_file = UserFile {
            default_profile: None,
            profiles: [("p".to_owned(), profile("https://api.example.com/"))].into(),
        };
        let settings = Settings::from_layers(&layers, None, &user_file);
        assert_eq!(settings.domain.source, Source::Profile("p".to_owned()));
        assert_eq!(settings.key_header.value, "From-Variable");
        assert_eq!(settings.key_header.source, Source::Variable(KEY_HEADER_VARIABLE));
        assert_eq!(
            settings.key.unwrap().value,
            StoredKey::new(KeyStore::File, "p", "https://api.example.com")
        );
    }
}
