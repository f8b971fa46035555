//! The casings in which servers write the names of fields.

/// Returns a PascalCase name in the other casings: camelCase, snake_case, lower case, upper case, and capitalized.
pub fn other_casings(name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    let casings = [
        with_first(name, char::to_ascii_lowercase),
        snake_case(name),
        lower.clone(),
        name.to_uppercase(),
        with_first(&lower, char::to_ascii_uppercase),
    ];
    let mut others: Vec<String> = Vec::new();
    for casing in casings {
        if casing != name && !others.contains(&casing) {
            others.push(casing);
        }
    }
    others
}

fn with_first(name: &str, convert: fn(&char) -> char) -> String {
    let mut chars = name.chars();
    chars.next().map(|first| convert(&first)).into_iter().chain(chars).collect()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}
