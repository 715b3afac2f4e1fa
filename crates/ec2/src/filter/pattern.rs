//! The value of a filter.

use core::fmt::{self, Write as _};
use std::collections::BTreeMap;

/// A text in which `*` stands for any text, `?` for one character, and `\` makes either itself.
///
/// Matching goes back to the last `*` at most, so its cost is bounded by the product of both lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Up to the first wildcard.
    head: String,
    /// From the first wildcard on.
    tail: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Just(char),
    One,
    Many,
}

impl Pattern {
    /// Compiles a value. A `\` at its end stands for itself.
    pub fn new(text: &str) -> Self {
        let mut head = String::new();
        let mut tail = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            let piece = match character {
                '*' => Piece::Many,
                '?' => Piece::One,
                '\\' => Piece::Just(characters.next().unwrap_or('\\')),
                other => Piece::Just(other),
            };
            match piece {
                Piece::Just(character) if tail.is_empty() => head.push(character),
                Piece::Many if tail.last() == Some(&Piece::Many) => {}
                other => tail.push(other),
            }
        }
        Self { head, tail }
    }

    /// The only text that fits, if there is only one.
    pub fn exact(&self) -> Option<&str> {
        self.tail.is_empty().then_some(&*self.head)
    }

    /// What every text that fits begins with.
    pub fn prefix(&self) -> &str {
        &self.head
    }

    /// Whether a text fits.
    pub fn fits(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(&*self.head) else {
            return false;
        };
        if let [Piece::Many] = self.tail.as_slice() {
            return true;
        }
        self.fits_tail(rest)
    }

    /// Whether some text fits that has one of these characters in each of its places.
    pub fn fits_any_of(&self, places: &[&str]) -> bool {
        let head = self.head.chars().map(Piece::Just);
        let pieces: Vec<_> = head.chain(self.tail.iter().copied()).collect();
        let mut reached = BTreeMap::new();
        reach(&pieces, &mut reached);
        for place in places {
            let before = core::mem::take(&mut reached);
            for left in before.into_values() {
                match left.split_first() {
                    Some((Piece::Many, _)) => reach(left, &mut reached),
                    Some((Piece::One, rest)) => reach(rest, &mut reached),
                    Some((Piece::Just(wanted), rest)) if place.contains(*wanted) => {
                        reach(rest, &mut reached);
                    }
                    Some((Piece::Just(_), _)) | None => {}
                }
            }
        }
        reached.contains_key(&0)
    }

    fn fits_tail(&self, text: &str) -> bool {
        let mut pieces = self.tail.iter();
        let mut rest = text.chars();
        // Where to go on after the last `*`, and the text that it has not eaten.
        let mut retry = None;
        loop {
            let before = rest.clone();
            let fits = match (pieces.next(), rest.next()) {
                (Some(Piece::Many), _) => {
                    rest = before;
                    retry = Some((pieces.clone(), rest.clone()));
                    continue;
                }
                (None, None) => return true,
                (Some(Piece::One), Some(_)) => true,
                (Some(Piece::Just(wanted)), Some(found)) => *wanted == found,
                (None, Some(_)) | (Some(_), None) => false,
            };
            if fits {
                continue;
            }
            let Some((after, uneaten)) = &mut retry else {
                return false;
            };
            if uneaten.next().is_none() {
                return false;
            }
            (pieces, rest) = (after.clone(), uneaten.clone());
        }
    }
}

/// Notes that these pieces are left, by how many they are, and those behind a `*` that eats nothing.
fn reach<'p>(mut left: &'p [Piece], reached: &mut BTreeMap<usize, &'p [Piece]>) {
    loop {
        reached.insert(left.len(), left);
        match left.split_first() {
            Some((Piece::Many, rest)) => left = rest,
            _ => return,
        }
    }
}

/// As a value that means the same.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.head.chars().map(Piece::Just);
        for piece in head.chain(self.tail.iter().copied()) {
            match piece {
                Piece::Many => f.write_char('*')?,
                Piece::One => f.write_char('?')?,
                Piece::Just(character) => {
                    if matches!(character, '*' | '?' | '\\') {
                        f.write_char('\\')?;
                    }
                    f.write_char(character)?;
                }
            }
        }
        Ok(())
    }
}
