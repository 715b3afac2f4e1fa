//! The picture of coverage in colours.

use anstyle::{AnsiColor, Style};
use cloud_atlas::mci::CoveragePicture;
use std::io::{self, Write};

/// Writes the picture; its glyphs are coloured where `out` keeps colours.
pub(crate) fn coverage(picture: &CoveragePicture<'_>, out: &mut dyn Write) -> io::Result<()> {
    for character in picture.to_string().chars() {
        let style = match character {
            '■' => AnsiColor::Green.on_default(),
            '◆' => AnsiColor::Cyan.on_default().bold(),
            '×' => AnsiColor::Red.on_default().bold(),
            '·' => Style::new().dimmed(),
            _ => Style::new(),
        };
        write!(out, "{style}{character}{style:#}")?;
    }
    Ok(())
}
