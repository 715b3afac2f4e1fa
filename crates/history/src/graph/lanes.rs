//! A history in lanes of text, as a terminal shows it.

use super::{
    Graph, GraphNode, NodeKind,
    layout::{Row, layout},
};
use core::fmt::{self, Write as _};

/// A history in lanes of text, newest first; `Display` writes all of it.
///
/// A state stands in its lane, and lines lead down to what it was made from. Where lines meet they
/// are joined (`├`, `┤`, `┬`, `┴`, `┼`, `╮`, `╯`, `╭`, `╰`); a line that passes another is broken by
/// it (`─│─`) and has nothing to do with it.
#[derive(Debug, Clone)]
pub struct Lanes<'a> {
    graph: &'a Graph,
    rows: Vec<LaneRow<'a>>,
}

/// One state in its lane.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaneRow<'a> {
    /// The state.
    pub node: &'a GraphNode,
    /// The lanes beside its first line, its own sign among them.
    pub first: String,
    /// Lines that turn to other lanes; they stand beside its second line.
    pub turns: Option<String>,
    /// The lanes beside all further lines.
    pub further: String,
    /// What it was made from and no lane was left for: it is named beside it.
    pub unlinked: Vec<&'a GraphNode>,
    /// Whether no line leads on from it and another state follows, perhaps right below.
    is_end: bool,
}

impl Graph {
    /// This history in lanes, at most `most` of them and one for states that no line leads to. What
    /// would need more is told in words: `← web@3`.
    pub fn lanes(&self, most: usize) -> Lanes<'_> {
        let rows = layout(self, most);
        let last = rows.len().saturating_sub(1);
        let rows = rows.iter().zip(&self.nodes).enumerate();
        let rows = rows.map(|(place, (row, node))| LaneRow {
            is_end: row.links.is_empty() && place < last,
            node,
            first: first(row, sign(node.kind)),
            turns: turns(row),
            further: bars(&row.below),
            unlinked: row
                .unlinked
                .iter()
                .filter_map(|place| self.nodes.get(*place))
                .collect(),
        });
        Lanes {
            graph: self,
            rows: rows.collect(),
        }
    }
}

impl<'a> Lanes<'a> {
    /// The rows, newest first.
    pub fn rows(&self) -> &[LaneRow<'a>] {
        &self.rows
    }

    /// What is drawn.
    pub fn graph(&self) -> &'a Graph {
        self.graph
    }
}

impl LaneRow<'_> {
    /// The sign that stands for the state itself: `@` a HEAD, `○` a revision, `◇` one that is not
    /// seen, `~` what was left out.
    pub fn sign(&self) -> char {
        sign(self.node.kind)
    }

    /// The rows of lanes that stand beside `lines` lines of words: at least one, the one with the
    /// turns where there is one, and an empty one where what follows would seem to be a parent.
    /// All are as wide as the widest of them, so that words beside them stand below one another.
    pub fn lanes(&self, lines: usize) -> impl Iterator<Item = String> {
        let turns = self.turns.iter().map(String::as_str);
        let least = 1 + usize::from(self.turns.is_some() || self.is_end);
        let first = [self.first.as_str()].into_iter().chain(turns);
        let length = |text: &str| text.chars().count();
        let width = first.clone().map(length).max().unwrap_or_default();
        let width = width.max(length(&self.further));
        let all = first.chain(core::iter::repeat(self.further.as_str()));
        all.map(move |lanes| format!("{lanes:width$}"))
            .take(lines.max(least))
    }

    /// What is said in place of lines that no lane was left for.
    pub fn unlinked_words(&self) -> Option<String> {
        let titles: Vec<_> = self.unlinked.iter().map(|node| node.title()).collect();
        (!titles.is_empty()).then(|| format!("← {}", titles.join(", ")))
    }
}

impl fmt::Display for Lanes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            let words = words(row);
            let mut words = words.iter();
            for lanes in row.lanes(words.len()) {
                let text = format!("{lanes}  {}", words.next().map_or("", String::as_str));
                writeln!(f, "{}", text.trim_end())?;
            }
        }
        Ok(())
    }
}

/// The most characters of a name or message on one line.
const LONGEST: usize = 60;

fn words(row: &LaneRow<'_>) -> Vec<String> {
    let node = row.node;
    let mut first = vec![node.title_within(LONGEST)];
    if node.kind != NodeKind::Revision {
        first.push(node.about());
    }
    first.extend(node.origin());
    let labels = node.shown_labels();
    if !labels.is_empty() {
        first.push(format!("({labels})"));
    }
    first.extend(row.unlinked_words());
    let mut words = vec![first.join("  ")];
    if node.kind == NodeKind::Revision {
        words.push(node.about_within(LONGEST));
    }
    words
}

const fn sign(kind: NodeKind) -> char {
    match kind {
        NodeKind::Head => '@',
        NodeKind::Revision => '○',
        NodeKind::Unseen => '◇',
        NodeKind::Older => '~',
    }
}

/// The row of a state's own sign.
fn first(row: &Row, sign: char) -> String {
    let width = row.above.len().max(row.lane + 1);
    let cells = (0..width).map(|lane| match carries(&row.above, lane) {
        _ if lane == row.lane => sign,
        true => '│',
        false => ' ',
    });
    joined(cells, |_| ' ')
}

/// Lanes without anything in them.
fn bars(lanes: &[bool]) -> String {
    let cells = lanes.iter().map(|carries| if *carries { '│' } else { ' ' });
    joined(cells, |_| ' ')
}

/// The row below a state whose lines turn to other lanes; none where they only go down.
fn turns(row: &Row) -> Option<String> {
    let is_target = |lane: usize| row.links.iter().any(|(to, _)| *to == lane);
    let lanes = || row.links.iter().map(|(to, _)| *to).chain([row.lane]);
    let (from, to) = (lanes().min()?, lanes().max()?);
    if from == to {
        return None;
    }
    let width = row.above.len().max(row.below.len()).max(row.lane + 1);
    let cell = |lane: usize| {
        let (left, right) = (from < lane && lane <= to, from <= lane && lane < to);
        if lane == row.lane {
            joint([true, is_target(lane), left, right])
        } else if is_target(lane) {
            joint([carries(&row.above, lane), true, left, right])
        } else if carries(&row.above, lane) {
            '│'
        } else if left && right {
            '─'
        } else {
            ' '
        }
    };
    let gap = |lane| {
        if from <= lane && lane < to {
            '─'
        } else {
            ' '
        }
    };
    Some(joined((0..width).map(cell), gap))
}

/// Where lines meet that go up, down, left and right.
const fn joint([up, down, left, right]: [bool; 4]) -> char {
    match [up, down, left, right] {
        [true, true, true, true] => '┼',
        [true, true, true, false] => '┤',
        [true, true, false, true] => '├',
        [true, false, true, true] => '┴',
        [true, false, true, false] => '╯',
        [true, false, false, true] => '╰',
        [false, _, true, true] => '┬',
        [false, _, true, false] => '╮',
        [false, _, false, true] => '╭',
        [_, _, false, false] => '│',
    }
}

fn carries(lanes: &[bool], lane: usize) -> bool {
    lanes.get(lane).copied().unwrap_or_default()
}

/// Cells with what stands between each and the next.
fn joined(cells: impl Iterator<Item = char>, gap: impl Fn(usize) -> char) -> String {
    let mut text = String::new();
    for (lane, cell) in cells.enumerate() {
        if let Some(before) = lane.checked_sub(1) {
            let _ = text.write_char(gap(before));
        }
        let _ = text.write_char(cell);
    }
    text.trim_end().to_owned()
}
