//! Stores keys in the keyring of the operating system, or in a file.

use std::sync::OnceLock;

use keyring_core::{Entry, Error};

use super::{files::KeyStore, key_file::KeyFile, layers::StoredKey};
use crate::failure::Failure;

/// The name of the entries in the keyring. The user name of an entry is the name of the key.
const SERVICE: &str = "txjobs";

/// Stores a key.
pub(crate) fn store_key(place: &StoredKey, key: &str) -> Result<(), Failure> {
    match place.store {
        KeyStore::Keyring => entry(&place.name)?.set_password(key).map_err(|error| no_keyring(&error)),
        KeyStore::File => KeyFile::set(&place.name, key),
    }
}

/// Returns a stored key, or `None` if there is none.
pub(super) fn load_key(place: &StoredKey) -> Result<Option<String>, Failure> {
    match place.store {
        KeyStore::Keyring => match entry(&place.name)?.get_password() {
            Ok(key) => Ok(Some(key)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(no_keyring(&error)),
        },
        KeyStore::File => Ok(KeyFile::open()?.key(&place.name).map(str::to_owned)),
    }
}

/// Removes a stored key, if there is one.
pub(crate) fn forget_key(place: &StoredKey) -> Result<(), Failure> {
    match place.store {
        KeyStore::Keyring => match entry(&place.name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(no_keyring(&error)),
        },
        KeyStore::File => KeyFile::remove(&place.name),
    }
}

fn entry(name: &str) -> Result<Entry, Failure> {
    static RESULT: OnceLock<Result<(), Error>> = OnceLock::new();
    if let Err(error) = RESULT.get_or_init(open_keyring) {
        return Err(no_keyring(error));
    }
    Entry::new(SERVICE, name).map_err(|error| no_keyring(&error))
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
