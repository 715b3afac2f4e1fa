//! Histories as drawings.

use crate::{
    exit::{Failure, Run},
    files,
    pages::PageArgs,
    print::{self, Out, note},
};
use cloud_atlas::{Error, GraphBounds, LineageGraph, Session, scope::Scope, template::Reference};
use pollster::FutureExt as _;
use std::path::PathBuf;

/// What is drawn, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Graph {
    /// Which one: its HEAD and all its revisions, what they were made from, and its clones; with @X
    /// that state and what it was made from
    #[arg(value_name = "REF")]
    reference: Reference,
    /// As what
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
    /// Into which file [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many revisions at most, from 1 to 1000, newest first
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 100,
        value_parser = clap::value_parser!(u16).range(1..=1000)
    )]
    limit: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Text for Mermaid, which many web pages draw
    Mermaid,
    /// Text for the programs of Graphviz
    Dot,
    /// A picture that needs nothing beside itself
    Svg,
}

pub(super) fn run(args: Graph, session: &Session, from: &Scope, out: &mut Out) -> Run {
    draw(args, out, |reference, bounds| {
        session.mci_graph(reference, from, bounds).block_on()
    })
}

/// Draws a history.
pub(crate) fn draw(
    args: Graph,
    out: &mut Out,
    read: impl Fn(&Reference, GraphBounds) -> Result<LineageGraph, Error>,
) -> Run {
    let Graph {
        reference,
        format,
        out: file,
        limit,
    } = args;
    let bounds = GraphBounds::of(limit.into());
    let drawn = read(&reference, bounds)?;
    if out.is_json() {
        if file.is_some() {
            let message = "--output json answers on stdout: leave out --out";
            return Err(Failure::misused(message));
        }
        return out.one(&drawn, |_| Ok(()));
    }
    let text = match format {
        Format::Mermaid => drawn.graph.mermaid().to_string(),
        Format::Dot => drawn.graph.dot().to_string(),
        Format::Svg => {
            let title = format!("The history of {reference}");
            drawn.graph.svg(&title).to_string()
        }
    };
    files::write_text(file.as_deref(), &text)?;
    tell_if_cut(&drawn, "--limit");
    Ok(())
}

/// The revisions of a log in lanes.
pub(crate) fn log(
    page: &PageArgs,
    out: &mut Out,
    read: impl Fn(GraphBounds) -> Result<LineageGraph, Error>,
) -> Run {
    let bounds = GraphBounds::of(page.count_of(GraphBounds::MOST));
    let drawn = read(bounds)?;
    // A lane has two columns: half of the terminal is left for words.
    let lanes = drawn.graph.lanes((print::width() / 4).min(LANES));
    out.one(&drawn, |out| print::graph(&lanes, out))?;
    tell_if_cut(&drawn, "--limit or --all");
    Ok(())
}

/// The most lanes that an eye can follow.
const LANES: usize = 18;

fn tell_if_cut(drawn: &LineageGraph, option: &str) {
    if drawn.is_cut {
        let most = GraphBounds::MOST;
        note(format_args!(
            "there are older revisions, or more clones: {option} shows up to {most} revisions"
        ));
    }
}
