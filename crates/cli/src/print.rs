//! Answers on stdout: tables for people, JSON for programs; notes on stderr.

mod coverage;
mod diff;
mod parts;
mod table;

pub(crate) use self::{
    coverage::coverage,
    diff::{DiffLine, diff},
    parts::parts,
    table::Columns,
};

use crate::{
    args::Output,
    exit::{Failure, Run},
};
use core::fmt::Display;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, BufRead as _, BufWriter, IsTerminal as _, Write};

/// Where answers go.
pub(crate) struct Out {
    output: Output,
    stream: BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>,
}

impl Out {
    /// Stdout in the format that was asked for.
    pub(crate) fn new(output: Output) -> Self {
        Self {
            output,
            stream: BufWriter::new(anstream::stdout().lock()),
        }
    }

    /// Whether programs read the answer.
    pub(crate) fn is_json(&self) -> bool {
        self.output == Output::Json
    }

    /// One answer: an object on a line, or what `text` writes.
    pub(crate) fn one<T: Serialize>(
        &mut self,
        answer: &T,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Run {
        match self.output {
            Output::Json => self.json(answer)?,
            Output::Table => text(&mut self.stream)?,
        }
        Ok(self.stream.flush()?)
    }

    /// A list: an object a line, or a table. An empty table says so on stderr.
    pub(crate) fn list<T: Serialize>(&mut self, items: &[T], columns: &Columns<'_, T>) -> Run {
        match self.output {
            Output::Json => {
                for item in items {
                    self.json(item)?;
                }
            }
            Output::Table if items.is_empty() => note(columns.empty()),
            Output::Table => columns.write(items, &mut self.stream)?,
        }
        Ok(self.stream.flush()?)
    }

    /// A table below an answer for people.
    pub(crate) fn table<T>(&mut self, items: &[T], columns: &Columns<'_, T>) -> Run {
        if items.is_empty() {
            writeln!(self.stream, "{}", columns.empty())?;
        } else {
            columns.write(items, &mut self.stream)?;
        }
        Ok(self.stream.flush()?)
    }

    /// An empty line.
    pub(crate) fn blank(&mut self) -> io::Result<()> {
        self.stream.write_all(b"\n")
    }

    /// One answer: an object on a line, or a line a field.
    pub(crate) fn fields<T: Serialize>(&mut self, answer: &T) -> Run {
        let value = serde_json::to_value(answer).map_err(io::Error::from)?;
        self.one(answer, |out| {
            let mut lines = Vec::new();
            field_lines("", &value, &mut lines);
            let width = lines
                .iter()
                .map(|(name, _)| name.chars().count())
                .max()
                .unwrap_or(0);
            for (name, text) in lines {
                writeln!(out, "{name:width$}  {text}")?;
            }
            Ok(())
        })
    }

    /// That something is gone.
    pub(crate) fn removed(&mut self, what: &'static str, name: &dyn Display) -> Run {
        #[derive(Serialize)]
        struct Removed {
            removed: &'static str,
            name: String,
        }
        let removed = Removed {
            removed: what,
            name: name.to_string(),
        };
        self.one(&removed, |out| writeln!(out, "removed {}", removed.name))
    }

    fn json<T: Serialize>(&mut self, answer: &T) -> io::Result<()> {
        serde_json::to_writer(&mut self.stream, answer)?;
        self.stream.write_all(b"\n")
    }
}

/// The fields of an object with their values, those of objects inside by their path.
fn field_lines(path: &str, value: &Value, lines: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                field_lines(&format!("{path}{dot}{name}"), value, lines);
            }
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(plain).collect();
            lines.push((path.to_owned(), items.join(" ")));
        }
        other => lines.push((path.to_owned(), plain(other))),
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// How wide a picture may be: what COLUMNS says, else 80.
pub(crate) fn width() -> usize {
    let said = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    said.unwrap_or(80)
}

/// Says something on stderr; where nobody listens, the work goes on.
pub(crate) fn note(text: impl Display) {
    drop(writeln!(anstream::stderr().lock(), "{text}"));
}

/// Warns on stderr.
pub(crate) fn warn(text: impl Display) {
    let style = anstyle::AnsiColor::Yellow.on_default().bold();
    drop(writeln!(
        anstream::stderr().lock(),
        "{style}warning:{style:#} {text}"
    ));
}

/// Asks on the terminal; where nobody sits at one, nothing is asked.
pub(crate) fn confirm(what: &str) -> Run {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(());
    }
    write!(anstream::stderr().lock(), "{what}? [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::refused("nothing was done").into()),
    }
}
