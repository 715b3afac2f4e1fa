//! `atlas image xref`, `mci xref`, `template xref`: who uses what.

use crate::{
    exit::{Failure, Run},
    files,
    print::{Columns, Out, note},
};
use cloud_atlas::{
    Session, XrefSubject,
    image::Hidden,
    scope::Scope,
    template::{XrefRow, XrefWay},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::path::PathBuf;

/// How uses are shown.
#[derive(Debug, clap::Args)]
pub(crate) struct XrefArgs {
    /// What it uses, instead of what uses it
    #[arg(long)]
    used: bool,
    /// As what
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Into which file, of a tree or a drawing [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A line a use
    Table,
    /// Each use below what it is of
    Tree,
    /// Text for Mermaid, which many web pages draw, in both directions
    Mermaid,
    /// Text for the programs of Graphviz, in both directions
    Dot,
}

/// A use, as it is listed.
#[derive(Serialize)]
struct Use {
    /// The state or the image that was asked about.
    of: String,
    #[serde(flatten)]
    row: XrefRow,
}

/// What an answer leaves out.
#[derive(Serialize)]
struct Untold {
    /// Uses of an image that the caller cannot see.
    #[serde(skip_serializing_if = "Option::is_none")]
    hidden: Option<Hidden>,
    /// How many revisions were not asked what they use.
    #[serde(skip_serializing_if = "Option::is_none")]
    older_revisions: Option<u32>,
}

pub(crate) fn run(
    subject: &XrefSubject,
    args: &XrefArgs,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    let view = session.xref(subject, from).block_on()?;
    let way = if args.used {
        XrefWay::Used
    } else {
        XrefWay::Users
    };
    let xref = &view.xref;
    let text = match args.format {
        Format::Table => {
            if args.out.is_some() {
                let message = "a table is for the terminal: leave out --out, or choose a --format";
                return Err(Failure::misused(message));
            }
            None
        }
        _ if out.is_json() => {
            return Err(Failure::misused(
                "--output json has a form of its own: leave out --format",
            ));
        }
        Format::Tree => {
            let trees = view.roots.iter();
            let trees = trees.map(|root| format!("{}\n", xref.tree(root, way)));
            Some(trees.collect::<String>())
        }
        Format::Mermaid => Some(xref.mermaid(&view.roots).to_string()),
        Format::Dot => Some(xref.dot(&view.roots).to_string()),
    };
    if let Some(text) = text {
        files::write_text(args.out.as_deref(), &text)?;
    } else {
        let mut uses = Vec::new();
        for (root, rows) in view.rows(way) {
            let of = xref.label(root);
            uses.extend(rows.into_iter().map(|row| Use {
                of: of.clone(),
                row,
            }));
        }
        let empty = if args.used {
            "it uses nothing"
        } else {
            "nothing that you see uses it"
        };
        let headers = ["OF", "KIND", "NAME", "THROUGH"];
        out.list(&uses, &Columns::new(empty, &headers, cells))?;
    }
    let is_both_ways = matches!(args.format, Format::Mermaid | Format::Dot);
    let untold = Untold {
        hidden: view.hidden.filter(|hidden| *hidden != Hidden::default()),
        older_revisions: Some(view.left_out)
            .filter(|count| *count > 0 && (args.used || is_both_ways)),
    };
    untold.tell(out)
}

impl Untold {
    fn tell(&self, out: &mut Out) -> Run {
        if let Some(Hidden { here, elsewhere }) = self.hidden {
            note(format_args!(
                "and {} more that you cannot see: {here} at its scope and below, {elsewhere} in \
                 other accounts",
                here.saturating_add(elsewhere)
            ));
        }
        if let Some(count) = self.older_revisions {
            note(format_args!(
                "older revisions that nothing uses are left out: {count}; name one as REF@X to see \
                 what it uses"
            ));
        }
        if out.is_json() && (self.hidden.is_some() || self.older_revisions.is_some()) {
            out.one(self, |_| Ok(()))?;
        }
        Ok(())
    }
}

fn cells(Use { of, row }: &Use) -> Vec<String> {
    // What is used directly is used through nothing.
    let through = if row.steps > 1 {
        row.through.as_str()
    } else {
        ""
    };
    vec![
        of.clone(),
        row.user.kind().to_owned(),
        row.name.clone(),
        through.to_owned(),
    ]
}
