//! Stores keys in the keyring of the operating system, or in a file.

use std::sync::OnceLock;

use keyring_core::{Entry, Error};

use super::{files::KeyStore, key_file::KeyFile};
use crate::failure::Failure;

/// The name of the entries in the keyring. The user name of an entry is the base URL of the server.
const SERVICE: &str = "txjobs";

/// Stores the key of a server.
pub(crate) fn store_key(store: KeyStore, base_url: &str, key: &str) -> Result<(), Failure> {
    match store {
        KeyStore::Keyring => entry(base_url)?.set_password(key).map_err(|error| no_keyring(&error)),
        KeyStore::File => KeyFile::open()?.set(base_url, key),
    }
}

/// Returns the stored key of a server, or `None` if there is none.
pub(super) fn load_key(store: KeyStore, base_url: &str) -> Result<Option<String>, Failure> {
    match store {
        KeyStore::Keyring => match entry(base_url)?.get_password() {
            Ok(key) => Ok(Some(key)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(no_keyring(&error)),
        },
        KeyStore::File => Ok(KeyFile::open()?.key(base_url).map(str::to_owned)),
    }
}

/// Removes the stored key of a server. Returns whether there was one.
pub(crate) fn forget_key(store: KeyStore, base_url: &str) -> Result<bool, Failure> {
    match store {
        KeyStore::Keyring => match entry(base_url)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(no_keyring(&error)),
        },
        KeyStore::File => KeyFile::open()?.remove(base_url),
    }
}

fn entry(base_url: &str) -> Result<Entry, Failure> {
    static RESULT: OnceLock<Result<(), Error>> = OnceLock::new();
    if let Err(error) = RESULT.get_or_init(open_keyring) {
        return Err(no_keyring(error));
    }
    Entry::new(SERVICE, base_url).map_err(|error| no_keyring(&error))
}

/// Connects the library with the keyring of this system.
fn open_keyring() -> Result<(), Error> {
    #[cfg(all(unix, not(target_os = "macos")))]
    let store = dbus_secret_service_keyring_store::Store::new()?;
    #[cfg(target_os = "macos")]
    let store = apple_native_keyring_store::keychain::Store::new()?;
    #[cfg(windows)]
    let store = windows_native_keyring_store::Store::new()?;
    keyring_core::set_default_store(store);
    Ok(())
}

fn no_keyring(error: &Error) -> Failure {
    Failure::Usage(format!(
        "The keyring of this system cannot be used: {error}. Set TXJOBS_API_KEY, or store the key in a file that only you can \
         read: txjobs login --key-store file"
    ))
}
