//! Configurations of jobs.

/// Returns a configuration of the organization "Contoso" with jobs that are shell scripts: their names, scripts, and further
/// settings.
#[must_use]
pub fn shell_jobs(jobs: &[(&str, &str, &str)]) -> String {
    let mut config = "[[organization]]\nname = \"Contoso\"\n".to_owned();
    for (name, script, settings) in jobs {
        config.push_str(&format!(
            "[[organization.job]]\nname = \"{name}\"\ncommand = [\"sh\", \"-c\", '''{script}''']\n{settings}\n"
        ));
    }
    config
}
