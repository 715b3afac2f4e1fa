//! Claims as a table of text.

use std::fmt::Write as _;

use serde_json::Value;

const HEAD: [&str; 6] = ["claim", "ours", "peer or limit", "ratio", "goal", "met"];

/// One row a claim, the columns as wide as they need to be.
pub(crate) fn of_claims(claims: &[Value]) -> String {
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(claims.iter().map(row));
    let mut widths = [0; HEAD.len()];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        for (at, (width, cell)) in widths.iter().zip(row).enumerate() {
            // the claim reads from the left, figures line up on the right
            let _ = if at == 0 {
                write!(text, "{cell:<width$}")
            } else {
                write!(text, "  {cell:>width$}")
            };
        }
        text.push('\n');
    }
    text
}

fn row(claim: &Value) -> [String; HEAD.len()] {
    let field = |key: &str| claim.get(key).unwrap_or(&Value::Null);
    let unit = field("unit").as_str().unwrap_or_default();
    [
        field("claim").as_str().unwrap_or_default().to_owned(),
        figure(field("ours"), unit),
        figure(field("peer"), unit),
        figure(field("ratio"), ""),
        format!("<= {}", figure(field("goal"), "")),
        (if field("met") == &Value::Bool(true) {
            "yes"
        } else {
            "NO"
        })
        .to_owned(),
    ]
}

/// A figure with about three digits that say something, and its unit.
fn figure(value: &Value, unit: &str) -> String {
    let text = match value.as_f64() {
        None => value.as_str().unwrap_or("-").to_owned(),
        Some(number) if number >= 100.0 => format!("{number:.0}"),
        Some(number) if number >= 10.0 => format!("{number:.1}"),
        Some(number) if number >= 0.1 => format!("{number:.2}"),
        Some(number) => format!("{number:.4}"),
    };
    if unit.is_empty() {
        text
    } else {
        format!("{text} {unit}")
    }
}
