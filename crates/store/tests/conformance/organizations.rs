//! Tests of organizations and jobs.

use txjobs_store::ErrorKind;
use uuid::Uuid;

use crate::test_store::{TestStore, organization};

conformance!(
    jobs_are_listed_in_their_order,
    declaration_replaces_the_earlier_one,
    job_of_another_organization_is_refused_without_effect,
    change_of_jobs_changes_the_catalog,
    ensured_organization_is_inactive,
    names_are_kept,
);

async fn jobs_are_listed_in_their_order(test: &TestStore) {
    let ids = |jobs: Vec<(Uuid, String)>| jobs.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(ids(test.store.jobs(test.organization).await.unwrap()), test.jobs);
    let [first, second, third] = test.jobs;
    test.store.declare(&[organization("Contoso", &[third, first, second])]).await.unwrap();
    assert_eq!(ids(test.store.jobs(test.organization).await.unwrap()), [third, first, second]);
}

async fn declaration_replaces_the_earlier_one(test: &TestStore) {
    let [first, ..] = test.jobs;
    let other = Uuid::from_u128(9);
    test.store
        .declare(&[organization("Contoso", &[first]), organization("Fabrikam", &[other])])
        .await
        .unwrap();
    assert!(test.store.has_job(test.organization, first).await.unwrap());
    assert!(!test.store.has_job(test.organization, test.jobs[1]).await.unwrap());
    assert!(!test.store.has_job(test.organization, other).await.unwrap());
    test.store.declare(&[organization("Fabrikam", &[other])]).await.unwrap();
    assert_eq!(test.store.organization_id("Contoso").await.unwrap(), None);
    assert_eq!(test.store.jobs(test.organization).await.unwrap(), []);
    test.store.declare(&[organization("Contoso", &test.jobs)]).await.unwrap();
    assert_eq!(test.store.organization_id("Contoso").await.unwrap(), Some(test.organization));
    assert_eq!(test.store.jobs(test.organization).await.unwrap().len(), 3);
}

async fn job_of_another_organization_is_refused_without_effect(test: &TestStore) {
    let declared =
        [organization("Aardvark", &[Uuid::from_u128(8)]), organization("Fabrikam", &test.jobs[..1])];
    let error = test.store.declare(&declared).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("belongs to the history of another organization"), "{error}");
    assert_eq!(test.store.organization_id("Aardvark").await.unwrap(), None);
    assert_eq!(test.store.jobs(test.organization).await.unwrap().len(), 3);
}

async fn change_of_jobs_changes_the_catalog(test: &TestStore) {
    let before = test.store.catalog().await.unwrap().version;
    test.store.declare(&[organization("Contoso", &test.jobs[..2])]).await.unwrap();
    assert!(test.store.catalog().await.unwrap().version > before);
}

async fn ensured_organization_is_inactive(test: &TestStore) {
    let id = test.store.ensure_organization("Fabrikam").await.unwrap();
    assert_eq!(test.store.ensure_organization("Fabrikam").await.unwrap(), id);
    assert_eq!(test.store.organization_id("Fabrikam").await.unwrap(), None);
    assert_eq!(test.store.ensure_organization("Contoso").await.unwrap(), test.organization);
}

async fn names_are_kept(test: &TestStore) {
    let name = "Zürich 'quoted\" \\ 数据 \u{202e}\u{1f680}";
    let mut declared = organization(name, &[Uuid::from_u128(5)]);
    declared.jobs[0].name = name.to_owned();
    test.store.declare(&[declared]).await.unwrap();
    let id = test.store.organization_id(name).await.unwrap().unwrap();
    assert_eq!(test.store.jobs(id).await.unwrap(), [(Uuid::from_u128(5), name.to_owned())]);
    // PostgreSQL cannot store this character. Job names can come from another server.
    let mut declared = organization(name, &[Uuid::from_u128(5)]);
    declared.jobs[0].name = "a\0b".to_owned();
    for _ in 0..2 {
        test.store.declare(&[declared.clone()]).await.unwrap();
        let job = test.store.jobs(id).await.unwrap().remove(0).1;
        assert!(job == "a\0b" || job == "a\u{2400}b", "{job:?}");
    }
}
