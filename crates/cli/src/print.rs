//! Answers on stdout: tables for people, JSON for programs; notes on stderr.

mod coverage;
mod diff;
mod fields;
mod graph;
mod json;
mod parts;
mod quoted;
mod table;

pub(crate) use self::{
    coverage::coverage,
    diff::{DiffLine, diff, unified},
    fields::fields,
    graph::graph,
    parts::parts,
    quoted::quoted,
    table::{Columns, moment},
};

use crate::{
    args::Output,
    exit::{Failure, Run},
};
use cloud_atlas::PageCursor;
use core::fmt::Display;
use serde::Serialize;
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

    /// A list that comes page by page.
    pub(crate) fn rows<'a, T: Serialize>(&'a mut self, columns: &'a Columns<'a, T>) -> Rows<'a, T> {
        Rows {
            out: self,
            columns,
            widths: Vec::new(),
        }
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
        let value = json::present(answer)?;
        self.one(answer, |out| {
            let mut lines = Vec::new();
            fields::of_json("", &value, &mut lines);
            let widths = lines.iter().map(|(name, _)| name.chars().count());
            let column = widths.max().unwrap_or(0) + 2;
            fields(&lines, column, out)
        })
    }

    /// That something is gone.
    pub(crate) fn removed(&mut self, what: &'static str, name: &dyn Display) -> Run {
        self.ended(what, name, format_args!("removed {name}"))
    }

    /// The same, in words of its own for people.
    pub(crate) fn ended(
        &mut self,
        what: &'static str,
        name: &dyn Display,
        how: core::fmt::Arguments<'_>,
    ) -> Run {
        #[derive(Serialize)]
        struct Removed {
            removed: &'static str,
            name: String,
        }
        let removed = Removed {
            removed: what,
            name: name.to_string(),
        };
        self.one(&removed, |out| writeln!(out, "{how}"))
    }

    fn json<T: Serialize>(&mut self, answer: &T) -> io::Result<()> {
        serde_json::to_writer(&mut self.stream, &json::present(answer)?)?;
        self.stream.write_all(b"\n")
    }
}

/// Where the values of what is shown begin.
pub(crate) const HEAD_COLUMN: usize = 13;

/// A list that is being printed, a page at a time.
pub(crate) struct Rows<'a, T> {
    out: &'a mut Out,
    columns: &'a Columns<'a, T>,
    /// How wide the columns are so far; nothing where no row has been printed.
    widths: Vec<u16>,
}

impl<T: Serialize> Rows<'_, T> {
    /// Prints the items of a page.
    pub(crate) fn add(&mut self, items: &[T]) -> Run {
        let Self {
            out,
            columns,
            widths,
        } = self;
        match out.output {
            Output::Json => {
                for item in items {
                    out.json(item)?;
                }
            }
            Output::Table if items.is_empty() => {
                if widths.is_empty() {
                    note(columns.empty());
                }
            }
            Output::Table => columns.write_below(widths, items, &mut out.stream)?,
        }
        Ok(out.stream.flush()?)
    }

    /// Says how to go on, where more follows: in JSON by a last line of its own.
    pub(crate) fn end(self, next: Option<&PageCursor>) -> Run {
        #[derive(Serialize)]
        struct Next<'a> {
            next: &'a PageCursor,
        }
        let Some(next) = next else {
            return Ok(());
        };
        match self.out.output {
            Output::Json => self.out.json(&Next { next })?,
            Output::Table => note(format_args!("there are more: add --all, or --after {next}")),
        }
        Ok(self.out.stream.flush()?)
    }
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

/// Whether somebody sits at a terminal who can be asked.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks on the terminal.
pub(crate) fn confirm(what: &str) -> Run {
    write!(anstream::stderr().lock(), "{what}? [y/N] ")?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::refused("nothing was done").into()),
    }
}
