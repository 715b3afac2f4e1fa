//! A history as a picture of its own.

use super::{
    Graph, GraphNode, NodeKind, cut,
    layout::{Row, layout},
};
use core::fmt::{self, Write as _};

/// A history as an SVG picture that needs nothing beside itself: no script, no font, no address;
/// `Display` writes it. It is dark where the viewer asks for dark.
#[derive(Debug, Clone, Copy)]
pub struct Svg<'a> {
    graph: &'a Graph,
    title: &'a str,
}

impl Graph {
    /// This history as an SVG picture; `title` says of what, for who cannot see it.
    pub fn svg<'a>(&'a self, title: &'a str) -> Svg<'a> {
        Svg { graph: self, title }
    }
}

/// The picture's measures, in pixels.
const ROW: usize = 44;
const LANE: usize = 22;
const MARGIN: usize = 20;
const RADIUS: usize = 5;
/// How far below a state its lines have reached the lane that they turn to.
const TURN: usize = 30;
/// The heights of the letters.
const TITLE: usize = 13;
const TEXT: usize = 12;
const LABEL: usize = 11;
/// The most characters of a line.
const LONGEST: usize = 64;
/// The most characters of a label, and the most labels.
const LONGEST_LABEL: usize = 24;
const MOST_LABELS: usize = 6;
/// How many colours lanes have before they repeat.
const COLOURS: usize = 6;

/// Each pair of colours, for light and dark grounds, stands out from its ground by 4.5 to 1.
const STYLE: &str = "\
.ground{fill:#ffffff}\
text{font-family:ui-sans-serif,system-ui,'Segoe UI','DejaVu Sans',sans-serif;fill:#1f2328}\
.title{font-size:13px;font-weight:600}\
.about{font-size:12px}\
.from,.bare{font-size:12px;fill:#59636e}\
.label{font-size:11px;fill:#1f2328}\
.box{fill:#eaeef2;stroke:#818b98}\
.line{fill:none;stroke-width:2}\
.merged{stroke-dasharray:5 3}\
.node{stroke-width:2}\
.open{fill:#ffffff}\
.c0{stroke:#0550ae}.c1{stroke:#a0400c}.c2{stroke:#116329}\
.c3{stroke:#8250df}.c4{stroke:#a40e26}.c5{stroke:#59636e}\
.f0{fill:#0550ae}.f1{fill:#a0400c}.f2{fill:#116329}\
.f3{fill:#8250df}.f4{fill:#a40e26}.f5{fill:#59636e}\
@media(prefers-color-scheme:dark){\
.ground,.open{fill:#0d1117}text,.label{fill:#e6edf3}.from,.bare{fill:#9198a1}\
.box{fill:#21262d;stroke:#6e7681}\
.c0{stroke:#58a6ff}.c1{stroke:#f0883e}.c2{stroke:#3fb950}\
.c3{stroke:#bc8cff}.c4{stroke:#ff7b72}.c5{stroke:#9198a1}\
.f0{fill:#58a6ff}.f1{fill:#f0883e}.f2{fill:#3fb950}\
.f3{fill:#bc8cff}.f4{fill:#ff7b72}.f5{fill:#9198a1}}";

impl fmt::Display for Svg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let graph = self.graph;
        let rows = layout(graph, usize::MAX);
        let lanes = rows
            .iter()
            .map(|row| row.lane.max(row.below.len().saturating_sub(1)));
        let words = MARGIN + (lanes.max().unwrap_or_default() + 1) * LANE;
        let widest = graph.nodes.iter().map(|node| Words::of(node).width()).max();
        let width = words + widest.unwrap_or_default() + MARGIN;
        let height = graph.nodes.len() * ROW + MARGIN;
        writeln!(
            f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"title desc\">"
        )?;
        writeln!(
            f,
            "<title id=\"title\">{}</title>",
            escaped(&super::line(self.title))
        )?;
        let (nodes, edges) = (graph.nodes.len(), graph.edges().count());
        let newest = graph
            .nodes
            .first()
            .map(GraphNode::title)
            .unwrap_or_default();
        writeln!(
            f,
            "<desc id=\"desc\">{nodes} states and {edges} lines, each from a state down to what it \
             was made from; on top {}.</desc>",
            escaped(&newest)
        )?;
        writeln!(f, "<style>{STYLE}</style>")?;
        writeln!(
            f,
            "<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>"
        )?;
        for (place, row) in rows.iter().enumerate() {
            lines(place, row, f)?;
        }
        for (place, (row, node)) in rows.iter().zip(&graph.nodes).enumerate() {
            state(place, row, node, words, f)?;
        }
        f.write_str("</svg>\n")
    }
}

const fn x(lane: usize) -> usize {
    MARGIN + lane * LANE
}

const fn y(place: usize) -> usize {
    MARGIN + place * ROW + 4
}

/// The lines from a state down to what it was made from.
fn lines(place: usize, row: &Row, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (x0, y0) = (x(row.lane), y(place));
    for (at, (lane, parent)) in row.links.iter().enumerate() {
        let (x1, colour) = (x(*lane), row.lane.max(*lane) % COLOURS);
        let turned = if x0 == x1 { y0 } else { y0 + TURN };
        if x0 != x1 {
            let middle = y0 + TURN / 2;
            // What was merged is drawn another way than the revision before.
            let merged = if at == 0 { "" } else { " merged" };
            writeln!(
                f,
                "<path class=\"line c{colour}{merged}\" \
                 d=\"M{x0} {y0}C{x0} {middle} {x1} {middle} {x1} {turned}\"/>"
            )?;
        }
        // From there on it may run where another one runs already.
        if !row.above.get(*lane).copied().unwrap_or_default() || x0 == x1 {
            let (colour, end) = (lane % COLOURS, y(*parent));
            writeln!(
                f,
                "<path class=\"line c{colour}\" d=\"M{x1} {turned}V{end}\"/>"
            )?;
        }
    }
    Ok(())
}

fn state(
    place: usize,
    row: &Row,
    node: &GraphNode,
    left: usize,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let (x0, y0, colour) = (x(row.lane), y(place), row.lane % COLOURS);
    // What is cut below is told whole to who points at it.
    let whole = [node.title(), node.about()]
        .into_iter()
        .chain(node.origin());
    let whole: Vec<_> = whole.filter(|text| !text.is_empty()).collect();
    writeln!(f, "<g><title>{}</title>", escaped(&whole.join(" · ")))?;
    match node.kind {
        NodeKind::Revision => writeln!(
            f,
            "<circle class=\"node c{colour} f{colour}\" cx=\"{x0}\" cy=\"{y0}\" r=\"{RADIUS}\"/>"
        )?,
        NodeKind::Head => writeln!(
            f,
            "<circle class=\"node open c{colour}\" cx=\"{x0}\" cy=\"{y0}\" r=\"{RADIUS}\"/>"
        )?,
        NodeKind::Unseen | NodeKind::Older => writeln!(
            f,
            "<circle class=\"node open c5\" cx=\"{x0}\" cy=\"{y0}\" r=\"3\"/>"
        )?,
    }
    Words::of(node).write(left, y0, f)?;
    f.write_str("</g>\n")
}

/// The words beside a state.
struct Words {
    bare: bool,
    title: String,
    about: String,
    from: String,
    labels: Vec<String>,
}

impl Words {
    fn of(node: &GraphNode) -> Self {
        let mut labels: Vec<_> = node
            .labels
            .iter()
            .map(|it| cut(&super::line(it), LONGEST_LABEL))
            .collect();
        if labels.len() > MOST_LABELS {
            let more = labels.len() + 1 - MOST_LABELS;
            labels.truncate(MOST_LABELS - 1);
            labels.push(format!("and {more} more"));
        }
        Self {
            bare: matches!(node.kind, NodeKind::Unseen | NodeKind::Older),
            title: node.title_within(LONGEST),
            about: node.about_within(LONGEST),
            from: cut(&node.origin().join(" · "), LONGEST),
            labels,
        }
    }

    fn first_width(&self) -> usize {
        let boxes = self.labels.iter().map(|label| label_width(label) + GAP);
        length(&self.title, TITLE) + GAP + boxes.sum::<usize>()
    }

    fn width(&self) -> usize {
        let second = length(&self.about, TEXT) + GAP + length(&self.from, TEXT);
        self.first_width().max(second + GAP)
    }

    fn write(&self, left: usize, y: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (title, about) = (escaped(&self.title), escaped(&self.about));
        if self.bare {
            let baseline = y + 4;
            return writeln!(
                f,
                "<text class=\"bare\" x=\"{left}\" y=\"{baseline}\">{title} · {about}</text>"
            );
        }
        let (first, second) = (y.saturating_sub(2), y + 14);
        writeln!(
            f,
            "<text class=\"title\" x=\"{left}\" y=\"{first}\">{title}</text>"
        )?;
        let mut at = left + length(&self.title, TITLE) + GAP;
        for label in &self.labels {
            let width = label_width(label);
            let (top, middle) = (first.saturating_sub(12), at + width / 2);
            let label = escaped(label);
            writeln!(
                f,
                "<rect class=\"box\" x=\"{at}\" y=\"{top}\" width=\"{width}\" height=\"16\" rx=\"8\"/>\
                 <text class=\"label\" x=\"{middle}\" y=\"{first}\" text-anchor=\"middle\">{label}</text>"
            )?;
            at += width + GAP;
        }
        let from = escaped(&self.from);
        writeln!(
            f,
            "<text class=\"about\" x=\"{left}\" y=\"{second}\">{about}\
             <tspan class=\"from\" dx=\"{GAP}\">{from}</tspan></text>"
        )
    }
}

/// What stands between two things on a line.
const GAP: usize = 8;

fn label_width(label: &str) -> usize {
    length(label, LABEL) + 14
}

/// How long a text is at most, in letters of this height: an SVG cannot measure it, and viewers
/// have other fonts.
fn length(text: &str, height: usize) -> usize {
    let hundredths = text.chars().map(|character| match character {
        'i' | 'j' | 'l' | 'f' | 't' | 'r' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 46,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 110,
        // From Hangul on letters are about as wide as they are high.
        '\u{1100}'.. => 105,
        'A'..='Z' => 82,
        _ => 70,
    });
    (hundredths.sum::<usize>() * height).div_ceil(100)
}

/// A text in an element or an attribute. What XML cannot hold at all was escaped before.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            // Not characters of XML.
            '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(escaped, "{}", character.escape_unicode());
            }
            other => escaped.push(other),
        }
    }
    escaped
}
