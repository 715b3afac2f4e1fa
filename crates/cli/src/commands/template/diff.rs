//! Comparing two states of ServerTemplates.

use crate::{
    commands::mci::diff::{Format, lineage},
    exit::Run,
    print::{self, DiffLine, Out},
};
use cloud_atlas::{
    Session, TemplateDiffView,
    base::Name,
    history::LineageId,
    scope::Scope,
    template::{Reference, TemplateDiff, TemplateDiffRow},
};
use pollster::FutureExt as _;
use std::{
    collections::BTreeMap,
    io::{self, Write},
};

/// Compare two states, of one or of two
#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// What was before
    #[arg(value_name = "REF")]
    before: Reference,
    /// What came after [default: HEAD if it holds edits, against the newest revision; else the
    /// newest revision, against the one before]
    #[arg(value_name = "REF")]
    after: Option<Reference>,
    /// How it is shown to people
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

/// What MultiCloud Images are called, as far as they are seen.
pub(super) type Names = BTreeMap<LineageId, Name>;

pub(super) fn run(args: Diff, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let Diff {
        before,
        after,
        format,
    } = args;
    let (before, after) = match after {
        Some(after) => (before, after),
        None => (session.template_diff_pair(lineage(&before)?, from)).block_on()?,
    };
    let compared = session.template_diff(&before, &after, from).block_on()?;
    out.one(&compared, |out| write(&compared, format, out))
}

/// Writes a diff for people.
pub(crate) fn write(
    compared: &TemplateDiffView,
    format: Format,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Table => table(compared, out),
        Format::Unified => {
            let text = compared.unified().to_string();
            print::unified(&in_names(&text, &compared.names), out)
        }
    }
}

fn table(compared: &TemplateDiffView, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} → {}", compared.before, compared.after)?;
    if compared.diff.is_empty() {
        return writeln!(out, "no difference");
    }
    writeln!(out)?;
    print::diff(&lines(&compared.diff, &compared.names), out)
}

/// The rows of a diff, with the names that are seen.
pub(super) fn lines(diff: &TemplateDiff, names: &Names) -> Vec<DiffLine> {
    let line = |row: TemplateDiffRow| {
        let lineage = row.lineage.map(|lineage| called(lineage, names));
        let phase = row.phase.map(|phase| phase.to_string());
        let text = |text: Option<String>| text.map(|text| in_names(&text, names));
        DiffLine {
            place: lineage.or(phase).unwrap_or_default(),
            field: row.field.to_owned(),
            before: text(row.before),
            after: text(row.after),
        }
    };
    diff.rows().into_iter().map(line).collect()
}

/// What a lineage is called: by its name where that is seen and no other's.
pub(super) fn called(lineage: LineageId, names: &Names) -> String {
    let alike = |name: &Name| names.values().filter(|other| *other == name).count() > 1;
    match names.get(&lineage) {
        Some(name) if !alike(name) => name.to_string(),
        _ => lineage.to_string(),
    }
}

/// A text that speaks of lineages by their ids, with names.
pub(super) fn in_names(text: &str, names: &Names) -> String {
    let name = |text: String, lineage: &LineageId| {
        text.replace(&lineage.to_string(), &called(*lineage, names))
    };
    names.keys().fold(text.to_owned(), name)
}
