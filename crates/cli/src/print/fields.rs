//! Answers for people, a line a field.

use super::json::Json;
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// Writes fields, their values beginning `column` characters from the left. A value of many lines stays
/// to the right of the names, and what a terminal would obey in it is made visible: no text can pass for
/// another field.
pub(crate) fn fields<N: AsRef<str>>(
    lines: &[(N, String)],
    column: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (name, value) in lines {
        let name = visible(name.as_ref());
        writeln!(out, "{name:column$}{}", beside(value, column))?;
    }
    Ok(())
}

/// A value that stands `column` characters from the left, with all its lines.
pub(super) fn beside(value: &str, column: usize) -> String {
    let mut shown = String::with_capacity(value.len());
    for (number, line) in value.split('\n').enumerate() {
        if number > 0 {
            shown.push('\n');
            let indent = if line.is_empty() { 0 } else { column };
            shown.extend(std::iter::repeat_n(' ', indent));
        }
        shown.push_str(&visible(line));
    }
    shown
}

/// A line with its control characters as escapes; a tab is what it looks like.
fn visible(line: &str) -> Cow<'_, str> {
    let hidden = |character: char| character.is_control() && character != '\t';
    if !line.contains(hidden) {
        return line.into();
    }
    let mut shown = String::with_capacity(line.len());
    for character in line.chars() {
        if hidden(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown.into()
}

/// The fields of an object with their values, those of objects inside by their path.
pub(super) fn of_json(path: &str, value: &Json, lines: &mut Vec<(String, String)>) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                of_json(&format!("{path}{dot}{name}"), value, lines);
            }
        }
        Json::List(items) => {
            let items: Vec<_> = items.iter().map(plain).collect();
            lines.push((path.to_owned(), items.join(" ")));
        }
        other => lines.push((path.to_owned(), plain(other))),
    }
}

fn plain(value: &Json) -> String {
    match value {
        Json::Text(text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
