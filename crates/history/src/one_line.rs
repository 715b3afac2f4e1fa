//! Texts of people on one line of a picture or a terminal.

use core::fmt::{self, Write as _};

/// A text on one line that does nothing to a terminal: characters that one would act on, or that
/// nobody sees, are written as escapes. Tabs stay.
///
/// ```
/// assert_eq!(atlas_history::one_line("a\u{1b}[2J").to_string(), r"a\u{1b}[2J");
/// ```
pub fn one_line(text: &str) -> OneLine<'_> {
    OneLine(text)
}

/// What [`one_line`] returns.
#[derive(Debug, Clone, Copy)]
pub struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            let acts = character.is_control() && character != '\t';
            // Marks of direction and of no width: they make a line read as another one.
            let unseen = matches!(
                character,
                '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}' | '\u{feff}'
            );
            if acts || unseen {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}
