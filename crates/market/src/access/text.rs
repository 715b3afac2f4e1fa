//! The access check as a table.

use super::{AccessCheck, AccessReason, AccountAccess, Answer, ImageAccess};
use atlas_history::counted;
use core::fmt;

impl fmt::Display for AccessReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Opened => "a launch permission opens it",
            Self::InCloud => "its cloud shares it with the account",
            Self::Private => "no launch permission opens it",
            Self::NotInCloud => "its cloud does not share it with the account",
            Self::NotUsable => "its record is disabled or deleted",
            Self::Unregistered => "it has no record",
            Self::Foreign => "its record is another account's, which opened it to the publisher",
            Self::Organization => "it is opened to an organisation that the account may be in",
        })
    }
}

const HEADINGS: [&str; 4] = ["location", "image", "account", "may launch"];

/// A line for each image and account; then how many images everybody may launch.
impl fmt::Display for AccessCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || {
            let images = self.images.iter();
            images.flat_map(|image| image.accounts.iter().map(move |access| (image, access)))
        };
        if rows().next().is_some() {
            let mut widths = HEADINGS.map(str::len);
            for (image, access) in rows() {
                for (width, cell) in widths.iter_mut().zip(cells(image, access)) {
                    *width = (*width).max(cell.chars().count());
                }
            }
            line(f, widths, &HEADINGS.map(str::to_owned), "why")?;
            for (image, access) in rows() {
                line(f, widths, &cells(image, access), &access.why.to_string())?;
            }
        }
        let private = counted(self.images.len(), "private image");
        let open = counted(self.open, "image");
        write!(f, "{private}; {open} open to everybody")?;
        for (answer, says) in [(Answer::No, "no"), (Answer::Unknown, "unknown")] {
            match self.count(answer) {
                0 => {}
                count => write!(f, "; {says}: {count}")?,
            }
        }
        Ok(())
    }
}

fn cells(image: &ImageAccess, access: &AccountAccess) -> [String; 4] {
    [
        image.location.to_string(),
        image.image_id.to_string(),
        access.account.to_string(),
        access.answer.to_string(),
    ]
}

fn line(
    f: &mut fmt::Formatter<'_>,
    widths: [usize; 4],
    cells: &[String; 4],
    why: &str,
) -> fmt::Result {
    for (width, cell) in widths.iter().zip(cells) {
        write!(f, "{cell:width$}  ")?;
    }
    writeln!(f, "{why}")
}
