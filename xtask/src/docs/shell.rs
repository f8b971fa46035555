//! Splits shell code into its commands.

/// Words that separate two commands of a line.
const SEPARATORS: &[&str] = &["&&", "||", "|", ";", "&"];

/// Splits code into commands of words. A command substitution within quotes is a command, too. Returns the line that
/// cannot be split as an error.
pub(super) fn commands(code: &str) -> Result<Vec<Vec<String>>, String> {
    let mut commands = Vec::new();
    for line in code.replace("\\\n", " ").lines() {
        let words = shlex::split(line).ok_or_else(|| line.to_owned())?;
        for command in words.split(|word| SEPARATORS.contains(&word.as_str())) {
            for word in command {
                if let Some(inner) = substitution(word) {
                    commands.extend(self::commands(inner)?);
                }
            }
            let command: Vec<_> = command.iter().skip_while(|word| is_assignment(word)).cloned().collect();
            if !command.is_empty() {
                commands.push(command);
            }
        }
    }
    Ok(commands)
}

fn substitution(word: &str) -> Option<&str> {
    let (_, rest) = word.split_once("$(")?;
    rest.rsplit_once(')').map(|(inner, _)| inner)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::commands;

    fn joined(code: &str) -> Vec<String> {
        commands(code).unwrap().iter().map(|words| words.join(" ")).collect()
    }

    #[test]
    fn code_is_split_at_lines_and_operators() {
        assert_eq!(joined("a b && c | d  # e\n\nf \\\n  --g 'h i'\n"), ["a b", "c", "d", "f --g h i"]);
    }

    #[test]
    fn assignments_are_left_out_and_substitutions_are_commands() {
        assert_eq!(
            joined("X=1 a\nexport Y=\"$(b --c)\"\nz=\"$(d 'e f')\""),
            ["a", "b --c", "export Y=$(b --c)", "d e f"]
        );
    }

    #[test]
    fn unfinished_quote_is_an_error() {
        assert_eq!(commands("a\nb 'c"), Err("b 'c".to_owned()));
    }
}
