//! A gateway with a job for each engine, and the stand-ins.

use std::fs;

use serde_json::Value;
use txjobs_test_support::{ServerFolder, StartedRun, TestServer};

use crate::support::engine::{Kind, Phase};
use crate::support::stand_in::StandIn;
use crate::support::{engines, guide};

/// A gateway with the jobs of all guides, and a stand-in for each engine.
pub struct Scene {
    pub folder: ServerFolder,
    pub server: TestServer,
    pub stand_ins: Vec<StandIn>,
    jobs: Vec<String>,
    secret_files: Vec<String>,
}

impl Scene {
    /// Starts everything. `prepare` chooses faults.
    pub async fn start(prepare: impl Fn(&StandIn)) -> Self {
        let (mut config, mut stand_ins, mut jobs, mut secret_files) =
            (String::new(), Vec::new(), Vec::new(), Vec::new());
        let mut secrets = Vec::new();
        for engine in engines::all() {
            let mut text = guide::configuration(engine.guide());
            let secret = format!("first-secret-of-{}", engine.guide());
            let stand_in = StandIn::start(engine, secret.clone()).await;
            for origin in stand_in.engine.origins() {
                assert!(text.contains(origin), "{origin}: {text}");
                // Links and names of scopes stay as they are.
                let is_url = |line: &str| line.starts_with("url = ") || line.starts_with("token_url = ");
                let adapt = |line: &str| match is_url(line) {
                    true => line.replace(origin, &stand_in.address),
                    false => line.to_owned(),
                };
                let lines = text.lines().map(adapt);
                text = lines.collect::<Vec<_>>().join("\n") + "\n";
            }
            jobs.push(guide::job_name(&text));
            secret_files.push(guide::secret_file(&text));
            secrets.push(secret);
            let organization = "[[organization]]\nname = \"Contoso\"\n";
            config.push_str(if config.is_empty() { &text } else { text.strip_prefix(organization).unwrap() });
            prepare(&stand_in);
            stand_ins.push(stand_in);
        }
        let folder = ServerFolder::gateway(&config);
        for (file, secret) in secret_files.iter().zip(secrets) {
            fs::write(folder.file(file), secret + "\n").unwrap();
        }
        let server = serve(&folder);
        Self { folder, server, stand_ins, jobs, secret_files }
    }

    /// Executes all jobs.
    pub async fn execute_all(&self) -> Vec<StartedRun> {
        let mut runs = Vec::new();
        for job in &self.jobs {
            runs.push(self.server.execute(job).await);
        }
        runs
    }

    /// Waits until every stand-in has received this number of requests of a kind.
    pub async fn wait_for(&self, kind: Kind, count: usize) {
        for stand_in in &self.stand_ins {
            stand_in.wait_for(kind, count).await;
        }
    }

    pub fn set_phase(&self, phase: Phase) {
        self.stand_ins.iter().for_each(|stand_in| stand_in.set_phase(phase));
    }

    /// Replaces the secrets in the files of the engines without access tokens, which no longer accept the earlier ones.
    pub fn rotate_secret(&self, index: usize, secret: &str) {
        // As tools do that replace a secret: readers find either of them.
        let temporary = self.folder.file("replacement");
        fs::write(&temporary, secret).unwrap();
        fs::rename(temporary, self.folder.file(&self.secret_files[index])).unwrap();
    }

    /// Starts the gateway again, after its process has ended.
    pub fn serve_again(&mut self) {
        self.server = serve(&self.folder);
    }

    /// Waits until all runs have ended, and returns their executions with the stand-ins. Each was started once, and no secret was
    /// written anywhere.
    pub async fn finish(&self, runs: &[StartedRun]) -> Vec<(&StandIn, Value)> {
        let mut ended = Vec::new();
        for (stand_in, run) in self.stand_ins.iter().zip(runs) {
            let execution = self.server.wait_for_end(*run).await;
            let guide = stand_in.engine.guide();
            assert_eq!(stand_in.requests(Kind::Start).len(), 1, "{guide}: {execution:#}");
            ended.push((stand_in, execution));
        }
        self.assert_no_secret(&ended);
        ended
    }

    fn assert_no_secret(&self, ended: &[(&StandIn, Value)]) {
        let mut texts = Vec::new();
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if !self.secret_files.contains(&name) {
                texts.push((name, fs::read(entry.path()).unwrap()));
            }
        }
        assert!(texts.iter().any(|(name, text)| name.ends_with(".db") && text.len() > 1000));
        assert!(texts.iter().any(|(name, text)| name == "log" && text.len() > 1000));
        for (stand_in, execution) in ended {
            texts.push((stand_in.engine.guide().to_owned(), execution.to_string().into_bytes()));
        }
        let secrets: Vec<_> = self.stand_ins.iter().flat_map(StandIn::secrets).collect();
        assert!(secrets.len() >= 7);
        for (name, text) in texts {
            let text = String::from_utf8_lossy(&text);
            for secret in &secrets {
                assert!(!text.contains(secret.as_str()), "{name} contains {secret}");
            }
        }
    }
}

fn serve(folder: &ServerFolder) -> TestServer {
    let mut serve = folder.serve_command(&[]);
    // Everything that is logged.
    serve.env("RUST_LOG", "trace");
    folder.start(serve)
}

/// Returns the messages of an execution's log.
pub fn messages(execution: &Value) -> Vec<&str> {
    txjobs_test_support::lines(execution).into_iter().map(|(_, message)| message).collect()
}

/// Returns the last message of an execution's log.
pub fn last_message(execution: &Value) -> &str {
    messages(execution).last().copied().unwrap_or_default()
}
