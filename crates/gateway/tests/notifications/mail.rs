//! Mails, and mail servers that refuse, hang, and drop connections.

use txjobs_test_support::{ServerFolder, shell_jobs};

use crate::mail_server::{MailServer, Session};
use crate::receiver::{Receiver, wait_for, webhook};

fn config(port: u16) -> String {
    let script = "printf 'first \u{e4}\\r\\n'; i=0; while [ $i -lt 300 ]; do printf 'long \u{20ac} '; i=$((i+1)); done; echo; exit 4";
    shell_jobs(&[("L\u{e4}st \u{1f4a5}", script, "error = ['long']")])
        + &*format!(
            "[[notify]]\nname = \"Mail\"\n[notify.email]\nserver = \"smtp://127.0.0.1:{port}\"\n\
             from = \"J\u{f8}bs <jobs@example.com>\"\nto = [\"a@example.com\"]\nsubject = \"[{{organization}}] {{title}}\"\n"
        )
}

#[tokio::test]
async fn mail_is_repeated_with_the_same_id_until_it_is_accepted() {
    let sessions = [Session::Busy, Session::NoRecipient, Session::DropAfterMail, Session::Accept];
    let server = MailServer::start(move |number| sessions[number.min(3)]).await;
    let folder = ServerFolder::gateway(&config(server.port));
    let gateway = folder.serve(&[]);
    gateway.run("L\u{e4}st \u{1f4a5}").await;
    wait_for("the refusal", || gateway.log().contains("451").then_some(())).await;
    // The fourth attempt comes 42 seconds after the first one.
    let mails = server.wait_for(2).await;
    assert_eq!((mails[0].session, mails[1].session), (2, 3));
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    assert!(mails[1].header("Message-ID").unwrap().ends_with("@example.com>"));
    let mail = &mails[1];
    assert_eq!(mail.credentials, None);
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    assert!(mail.text.is_ascii() && mail.text.split("\r\n").all(|line| line.len() < 1000), "{mail:?}");
    assert!(!mail.text.split("\r\n").any(|line| line.contains('\n') || line.contains('\r')), "{mail:?}");
    wait_for("the delivery", || gateway.log().contains("delivered again").then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_recipients_do_not_keep_the_mail_from_the_others() {
    let server = MailServer::start(|_| Session::SomeRecipients).await;
    let to = |recipients: &str| config(server.port).replace("[\"a@example.com\"]", recipients);
    let refused = "not to all recipients: <gone@example.com>: permanent error (550): no such user, \
                   <full@example.com>: transient error (452): mailbox is full";

    let some = to("[\"gone@example.com\", \"a@example.com\", \"full@example.com\", \"b@example.com\"]");
    let folder = ServerFolder::gateway(&some);
    let test = folder.run(&["notify", "test"]);
    assert!(test.stdout.contains(&format!("delivered (250), but {refused}")), "{}", test.stdout);
    assert!(test.code == 1 && test.stderr.contains("1 of 1"), "{}", test.stderr);
    let gateway = folder.serve(&[]);
    gateway.run("L\u{e4}st \u{1f4a5}").await;
    wait_for("the warning", || gateway.log().contains("no such user, ").then_some(())).await;
    let mails = server.wait_for(2).await;
    assert_eq!(mails[0].to, ["a@example.com", "b@example.com"]);
    assert_eq!((mails[0].to.clone(), mails.len()), (mails[1].to.clone(), 2));
    assert!(mails[1].header("To").unwrap().contains("full@example.com"));

    let folder = ServerFolder::gateway(&to("[\"gone@example.com\", \"full@example.com\"]"));
    let test = folder.run(&["notify", "test"]);
    let all = "failed: the mail server did not accept the mail: no recipient is accepted: <gone@example.com>: permanent";
    assert!(test.code == 1 && test.stdout.contains(all), "{}", test.stdout);
    assert_eq!((server.wait_for(2).await.len(), server.session_count()), (2, 3));
    assert_eq!(server.quit_count(), 3, "a session without a recipient is ended as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn address_that_is_not_ascii_needs_a_server_that_supports_it() {
    let server = MailServer::start(|number| [Session::Accept, Session::International][number]).await;
    let folder = ServerFolder::gateway(&config(server.port).replace("a@example", "j\u{f8}rgen@example"));
    let test = folder.run(&["notify", "test"]);
    assert!(
        test.code == 1 && test.stdout.contains("the server does not support SMTPUTF8"),
        "{}",
        test.stdout
    );
    assert_eq!(folder.run(&["notify", "test"]).code, 0);
    let mail = server.wait_for(1).await.remove(0);
    assert_eq!(mail.to, ["j\u{f8}rgen@example.com"]);
    assert_eq!(mail.parameters, "SMTPUTF8 BODY=8BITMIME");
}

#[tokio::test]
async fn mail_server_that_hangs_delays_nothing() {
    let server = MailServer::start(|_| Session::Hang).await;
    let works = Receiver::start().await;
    let config = config(server.port) + &*webhook("Works", &works.address, "");
    let gateway = ServerFolder::gateway(&config).serve(&[]);
    gateway.run("L\u{e4}st \u{1f4a5}").await;
    wait_for("the session", || (server.session_count() == 1).then_some(())).await;
    gateway.run("L\u{e4}st \u{1f4a5}").await;
    works.wait_for(2).await;
    assert_eq!(server.session_count(), 1);
    wait_for("the end of the attempt", || gateway.log().contains("no answer within 15s").then_some(())).await;
}

#[tokio::test]
async fn mail_that_is_accepted_is_delivered_without_an_answer_to_quit() {
    let server = MailServer::start(|_| Session::SilentQuit).await;
    let gateway = ServerFolder::gateway(&config(server.port)).serve(&[]);
    for count in 1..=2 {
        gateway.run("L\u{e4}st \u{1f4a5}").await;
        let mails = server.wait_for(count).await;
        let ids: std::collections::HashSet<_> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
        assert_eq!(ids.len(), count, "each mail is another one");
    }
    assert!(!gateway.log().contains("was not delivered"), "{}", gateway.log());
}

#[tokio::test]
async fn endless_line_of_a_mail_server_is_not_read_to_its_end() {
    let server = MailServer::start(|_| Session::EndlessLine).await;
    let gateway = ServerFolder::gateway(&config(server.port)).serve(&[]);
    gateway.run("L\u{e4}st \u{1f4a5}").await;
    wait_for("the refusal", || gateway.log().contains("response line too long").then_some(())).await;
}
