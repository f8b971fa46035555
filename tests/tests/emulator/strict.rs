//! The admin API refuses impossible settings, and bodies that differ from the reference.

use txjobs_test_support::{AdminApi, TestServer};

use crate::{JOBS, LOAD};

/// Sends a request to the admin API, and returns the status and the message of the response.
async fn send(admin: &AdminApi, method: &str, path: &str, body: &str) -> (u16, String) {
    let (status, body) = admin.send_text(method.parse().unwrap(), path, body).await;
    (status, body["message"].as_str().unwrap_or_default().to_owned())
}

#[track_caller]
fn assert_refused((status, message): (u16, String), word: &str, what: &str) {
    assert_eq!(status, 400, "{what}: {message}");
    assert!(message.contains(word), "{what}: {message}");
    assert!(message.ends_with('.') && message.contains(' '), "not a sentence, {what}: {message}");
}

#[tokio::test]
async fn ambiguous_bodies_are_refused() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    for (method, path, body, word) in [
        // An array of the fields in their order, which serde takes for a struct.
        ("POST", "/clock/advance", r#"["1h"]"#, "array"),
        ("PUT", "/clock", r#"["2026-03-14T02:00:00Z",1]"#, "array"),
        ("PUT", "/clock", "[]", "array"),
        ("POST", "/seed", "[]", "array"),
        ("POST", "/seed", r#"[1,"warehouse","Contoso","a-key-for-tests-only",1,0,0]"#, "array"),
        ("PUT", "/behavior", "[]", "array"),
        ("PUT", "/behavior", r#"{"rateLimit":[1,"1s"]}"#, "array"),
        ("POST", "/faults", r#"{"effect":["status",503]}"#, "array"),
        ("POST", "/faults", r#"{"effect":["reset"]}"#, "array"),
        ("POST", "/faults", r#"{"effect":{"kind":"status","status":429,"retryAfter":[1]}}"#, "array"),
        // Objects in place of texts.
        ("PUT", "/behavior", r#"{"casing":{"camel":null}}"#, "null"),
        ("POST", "/seed", r#"{"fixture":{"hostile":null}}"#, "null"),
        ("PUT", "/behavior", r#"{"rateLimit":null}"#, "null"),
        ("PUT", "/clock", "null", "null"),
        // Repeated names.
        ("PUT", "/clock", r#"{"speed":0,"speed":1}"#, "speed"),
        ("PUT", "/behavior", r#"{"casing":"camel","casing":"pascal"}"#, "casing"),
        ("POST", "/faults", r#"{"effect":{"kind":"reset","kind":"delay"}}"#, "kind"),
        ("POST", "/faults", r#"{"effect":{"kind":"reset"},"effect":{"kind":"reset"}}"#, "effect"),
        // Numbers in place of texts, texts in place of numbers, or other types.
        ("POST", "/seed", r#"{"jobs":"1"}"#, "jobs"),
        ("POST", "/seed", r#"{"jobs":1.0}"#, "jobs"),
        ("POST", "/seed", r#"{"jobs":4294967297}"#, "jobs"),
        ("PUT", "/behavior", r#"{"extensions":"true"}"#, "extensions"),
        ("PUT", "/behavior", r#"{"extensions":1}"#, "extensions"),
        ("POST", "/clock/advance", r#"{"by":3600}"#, "by"),
        ("PUT", "/clock", "1", "1"),
    ] {
        assert_refused(send(&admin, method, path, body).await, word, body);
    }
    let id = LOAD.replace('-', "");
    for job in [format!("{{{LOAD}}}"), format!("urn:uuid:{LOAD}"), id] {
        let body = format!(r#"{{"job":"{job}","effect":{{"kind":"reset"}}}}"#);
        assert_refused(send(&admin, "POST", "/faults", &body).await, "id", &body);
    }
    for path in ["/faults/+1", "/faults/01", "/faults/0", "/faults/1.0", "/faults/-1"] {
        assert_refused(send(&admin, "GET", path, "").await, "number", path);
    }
    for (query, word) in [
        ("limit=%2B5", "limit"),
        ("limit=007", "limit"),
        ("limit=10001", "limit"),
        ("since=-1", "since"),
        ("since=9007199254740992", "since"),
        ("status=99", "status"),
        ("status=2e2", "status"),
        ("wait=6", "wait"),
        ("at_least=0", "at_least"),
        ("wait=1&wait=2", "wait"),
        ("job_id=11111111111141118111111111111111", "job_id"),
    ] {
        assert_refused(send(&admin, "GET", &format!("/journal?{query}"), "").await, word, query);
    }
}

#[tokio::test]
async fn impossible_settings_are_refused() {
    let server = TestServer::emulator(JOBS);
    let admin = server.admin();
    for (method, path, body, word) in [
        ("PUT", "/clock", r#"{"time":"99999-01-01T00:00:00Z"}"#, "time"),
        ("PUT", "/clock", r#"{"time":"+010000-01-01T00:00:00Z"}"#, "time"),
        ("PUT", "/clock", r#"{"time":"0001-01-01T00:00:00Z"}"#, "1970"),
        ("PUT", "/clock", r#"{"time":"2026-02-30T00:00:00Z"}"#, "time"),
        ("PUT", "/clock", r#"{"time":""}"#, "time"),
        ("PUT", "/clock", r#"{"speed":-0.1}"#, "speed"),
        ("PUT", "/clock", r#"{"speed":100001}"#, "speed"),
        ("PUT", "/clock", r#"{"speed":1e999}"#, "range"),
        ("PUT", "/clock", r#"{"speed":NaN}"#, "expected"),
        ("POST", "/clock/advance", r#"{"by":"1000d"}"#, "1000d"),
        ("POST", "/clock/advance", r#"{"by":"-1h"}"#, "-1h"),
        ("POST", "/faults", r#"{"effect":{"kind":"status","status":0}}"#, "status"),
        ("POST", "/faults", r#"{"effect":{"kind":"status","status":101}}"#, "status"),
        ("POST", "/faults", r#"{"effect":{"kind":"status","status":600}}"#, "status"),
        ("POST", "/faults", r#"{"effect":{"kind":"status","status":1000}}"#, "status"),
        ("POST", "/faults", r#"{"effect":{"kind":"status","status":204,"body":"html"}}"#, "body"),
        ("POST", "/faults", r#"{"effect":{"kind":"status","status":304,"body":"message"}}"#, "body"),
        ("POST", "/faults", r#"{"effect":{"kind":"delay","delay":"999999999d"}}"#, "999999999d"),
        ("POST", "/faults", r#"{"effect":{"kind":"drip","bytesPerSecond":0}}"#, "bytesPerSecond"),
        ("POST", "/faults", r#"{"effect":{"kind":"redirect","location":"/a\r\nset-cookie: b"}}"#, "location"),
        ("POST", "/faults", r#"{"effect":{"kind":"redirect","location":""}}"#, "location"),
        ("POST", "/faults", r#"{"operation":"list_jobs","effect":{"kind":"loseRun"}}"#, "execute_job"),
        ("POST", "/faults", r#"{"probability":1.5,"effect":{"kind":"reset"}}"#, "probability"),
        ("POST", "/faults", r#"{"count":0,"effect":{"kind":"reset"}}"#, "count"),
        ("POST", "/seed", r#"{"executions":0,"longestRun":5}"#, "longestRun"),
        ("PUT", "/behavior", r#"{"startDelay":"1000d"}"#, "1000d"),
        ("PUT", "/behavior", r#"{"rateLimit":{"requests":0,"per":"1s"}}"#, "requests"),
        ("PUT", "/behavior", r#"{"rateLimit":{"requests":1,"per":"0s"}}"#, "per"),
        ("PUT", "/behavior", r#"{"times":"missing","fractionDigits":3}"#, "fractionDigits"),
        ("PUT", "/behavior", r#"{"keyHeader":"Host"}"#, "keyHeader"),
        ("PUT", "/behavior", r#"{"keyHeader":"content-length"}"#, "keyHeader"),
        ("PUT", "/behavior", r#"{"prefix":"/.."}"#, "prefix"),
        ("PUT", "/behavior", r#"{"clockSkew":"an hour"}"#, "an hour"),
        ("PUT", "/behavior", r#"{"numberFormat":"roman"}"#, "roman"),
        ("PUT", "/behavior", r#"{"executeStatus":204}"#, "executeStatus"),
    ] {
        assert_refused(send(&admin, method, path, body).await, word, body);
    }
    // No request took effect.
    assert_eq!(admin.clock().await["adjusted"], false);
    assert_eq!(admin.faults().await, serde_json::json!([]));
}
