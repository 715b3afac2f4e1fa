//! Histories in lanes, in colours.

use super::width;
use anstyle::{AnsiColor, Style};
use cloud_atlas::history::{GraphNode, LaneRow, Lanes, NodeKind};
use std::io::{self, Write};

/// Draws a history; words are cut where the line would be wider than the terminal.
pub(crate) fn graph(lanes: &Lanes<'_>, out: &mut dyn Write) -> io::Result<()> {
    for row in lanes.rows() {
        let is_revision = row.node.kind == NodeKind::Revision;
        let count = if is_revision { 2 } else { 1 };
        for (at, drawn) in row.lanes(count).enumerate() {
            let words = match at {
                0 => first(row),
                1 if is_revision => {
                    let room = width().saturating_sub(drawn.chars().count() + 2);
                    row.node.about_within(room.max(LEAST))
                }
                _ => String::new(),
            };
            // Nothing stands at the end of a line.
            let drawn = if words.is_empty() {
                drawn.trim_end()
            } else {
                &drawn
            };
            lane(drawn, out)?;
            let gap = if words.is_empty() { "" } else { "  " };
            writeln!(out, "{gap}{words}")?;
        }
    }
    Ok(())
}

fn first(row: &LaneRow<'_>) -> String {
    let node: &GraphNode = row.node;
    let mut words = vec![in_style(TITLE, &node.title_within(LONGEST))];
    match node.kind {
        NodeKind::Revision => words.push(in_style(DIGEST, &node.short())),
        _ => words.push(in_style(FROM, &node.about())),
    }
    let from = [node.day(), node.shown_author()];
    words.extend(from.iter().map(|word| in_style(FROM, word)));
    let labels = node.shown_labels();
    if !labels.is_empty() {
        words.push(in_style(LABELS, &format!("({labels})")));
    }
    words.extend(row.unlinked_words());
    words.retain(|word| !word.is_empty());
    words.join("  ")
}

/// Writes the lanes of a line, each in its colour.
fn lane(drawn: &str, out: &mut dyn Write) -> io::Result<()> {
    for (at, character) in drawn.chars().enumerate() {
        let style = match character {
            ' ' => Style::new(),
            '@' | '○' => LANES
                .get(at / 2 % LANES.len())
                .map_or(TITLE, |style| style.bold()),
            _ => LANES.get(at / 2 % LANES.len()).copied().unwrap_or_default(),
        };
        write!(out, "{style}{character}{style:#}")?;
    }
    Ok(())
}

fn in_style(style: Style, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!("{style}{text}{style:#}")
}

/// The most characters of a name.
const LONGEST: usize = 60;
/// The fewest characters of a message, however narrow the terminal is.
const LEAST: usize = 20;

const TITLE: Style = Style::new().bold();
const DIGEST: Style = AnsiColor::Yellow.on_default();
const FROM: Style = Style::new().dimmed();
const LABELS: Style = AnsiColor::Green.on_default().bold();
const LANES: [Style; 6] = [
    AnsiColor::Blue.on_default(),
    AnsiColor::Yellow.on_default(),
    AnsiColor::Green.on_default(),
    AnsiColor::Magenta.on_default(),
    AnsiColor::Red.on_default(),
    AnsiColor::Cyan.on_default(),
];
