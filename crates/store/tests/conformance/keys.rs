//! Tests of API keys.

use futures::future::join_all;
use txjobs_store::{AddKeyOutcome, ErrorKind, MAX_KEYS, NewKey, Scope, Scopes};

use crate::test_store::{NOW, TestStore, organization};

conformance!(
    key_is_found_until_it_is_revoked,
    scopes_and_expiry_are_kept,
    keys_are_limited,
    concurrent_keys_are_limited,
    hash_belongs_to_one_key,
    uses_are_recorded,
    keys_of_inactive_organizations_are_not_found,
);

fn key<'a>(name: &'a str, hash: &'a [u8; 32]) -> NewKey<'a> {
    NewKey { name, hash, scopes: Scopes::ALL, created_at: NOW, expires_at: None }
}

async fn key_is_found_until_it_is_revoked(test: &TestStore) {
    let hash = [1; 32];
    assert_eq!(test.store.catalog().await.unwrap().key(&hash), None);
    assert_eq!(test.store.add_key(test.organization, key("a", &hash)).await.unwrap(), AddKeyOutcome::Added);
    let found = test.store.catalog().await.unwrap().key(&hash).unwrap();
    assert_eq!((found.organization, found.scopes, found.expires_at), (test.organization, Scopes::ALL, None));
    assert!(!test.store.revoke_key("Contoso", "b").await.unwrap());
    assert!(!test.store.revoke_key("Fabrikam", "a").await.unwrap());
    assert!(test.store.revoke_key("Contoso", "a").await.unwrap());
    assert_eq!(test.store.catalog().await.unwrap().key(&hash), None);
    assert!(!test.store.revoke_key("Contoso", "a").await.unwrap());
}

async fn scopes_and_expiry_are_kept(test: &TestStore) {
    let hash = [2; 32];
    let scopes = Scopes::from_iter([Scope::Read, Scope::Cancel]);
    let new = NewKey { scopes, expires_at: Some(NOW + 5), ..key("limited", &hash) };
    test.store.add_key(test.organization, new).await.unwrap();
    let found = test.store.catalog().await.unwrap().key(&hash).unwrap();
    assert_eq!((found.scopes, found.expires_at), (scopes, Some(NOW + 5)));
    assert!(test.store.expire_key("Contoso", "limited", Some(NOW)).await.unwrap());
    assert_eq!(test.store.catalog().await.unwrap().key(&hash).unwrap().expires_at, Some(NOW));
    assert!(test.store.expire_key("Contoso", "limited", None).await.unwrap());
    assert!(!test.store.expire_key("Contoso", "other", None).await.unwrap());
    let listed = &test.store.keys().await.unwrap()[0];
    assert_eq!((listed.scopes.names(), listed.expires_at), (vec!["read", "cancel"], None));
}

async fn keys_are_limited(test: &TestStore) {
    for n in 0..MAX_KEYS {
        let hash = [u8::try_from(n).unwrap(); 32];
        let name = n.to_string();
        assert_eq!(
            test.store.add_key(test.organization, key(&name, &hash)).await.unwrap(),
            AddKeyOutcome::Added
        );
    }
    let more = key("more", &[99; 32]);
    assert_eq!(test.store.add_key(test.organization, more).await.unwrap(), AddKeyOutcome::LimitReached);
    let taken = key("0", &[98; 32]);
    assert_eq!(test.store.add_key(test.organization, taken).await.unwrap(), AddKeyOutcome::NameTaken);
    assert_eq!(test.store.keys().await.unwrap().len(), MAX_KEYS);
}

async fn concurrent_keys_are_limited(test: &TestStore) {
    let add = async |n: u8| {
        let (name, hash) = (n.to_string(), [n; 32]);
        test.store.add_key(test.organization, key(&name, &hash)).await.unwrap()
    };
    let outcomes = join_all((0..20).map(add)).await;
    assert_eq!(outcomes.into_iter().filter(|outcome| *outcome == AddKeyOutcome::Added).count(), MAX_KEYS);
}

async fn hash_belongs_to_one_key(test: &TestStore) {
    let other = test.store.ensure_organization("Fabrikam").await.unwrap();
    test.store.add_key(test.organization, key("a", &[7; 32])).await.unwrap();
    let error = test.store.add_key(other, key("a", &[7; 32])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}

async fn uses_are_recorded(test: &TestStore) {
    test.store.add_key(test.organization, key("a", &[1; 32])).await.unwrap();
    let id = test.store.catalog().await.unwrap().key(&[1; 32]).unwrap().id;
    let version = test.store.catalog().await.unwrap().version;
    assert_eq!(test.store.keys().await.unwrap()[0].last_used_at, None);
    // A later use is not replaced by an earlier one, which another node records.
    test.store.record_key_uses(&[(id, NOW + 5), (id + 1000, NOW)]).await.unwrap();
    test.store.record_key_uses(&[(id, NOW + 1)]).await.unwrap();
    assert_eq!(test.store.keys().await.unwrap()[0].last_used_at, Some(NOW + 5));
    assert_eq!(test.store.catalog().await.unwrap().version, version, "uses do not change the catalog");
    assert!(test.store.revoke_key("Contoso", "a").await.unwrap());
    test.store.record_key_uses(&[]).await.unwrap();
}

async fn keys_of_inactive_organizations_are_not_found(test: &TestStore) {
    test.store.add_key(test.organization, key("a", &[1; 32])).await.unwrap();
    test.store.declare(&[organization("Fabrikam", &[])]).await.unwrap();
    assert_eq!(test.store.catalog().await.unwrap().key(&[1; 32]), None);
    assert!(!test.store.keys().await.unwrap()[0].is_active);
}
