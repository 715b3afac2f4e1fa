//! What conditions ask about, looked for in JSON: no more of it is read than it takes.

use super::{Condition, Scalar};
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a field turned out to be.
#[derive(Clone, Copy)]
pub(super) enum Seen<'a> {
    /// `null`, or nothing at all.
    Null,
    Bool(bool),
    Number(i64),
    Text(&'a str),
    /// The plain elements of an array.
    Many(&'a [Scalar]),
    /// An object, or a number that no condition can name.
    Other,
}

impl Seen<'_> {
    pub(super) fn is(&self, wanted: &Scalar) -> bool {
        match (self, wanted) {
            (Seen::Null, Scalar::Null) => true,
            (Seen::Bool(found), Scalar::Bool(wanted)) => found == wanted,
            (Seen::Number(found), Scalar::Number(wanted)) => found == wanted,
            (Seen::Text(found), Scalar::Text(wanted)) => found == wanted,
            _ => false,
        }
    }
}

/// Whether JSON meets all of these.
pub(super) fn all_met(
    conditions: &BTreeSet<Condition>,
    json: &str,
) -> Result<bool, serde_json::Error> {
    let asked = conditions.iter().map(|condition| Asked {
        condition,
        reached: 0,
        answered: false,
    });
    let mut search = Search {
        asked: asked.collect(),
        json,
        at: 0,
    };
    let end = match search.peek() {
        Some(b'{') => search.object(0),
        _ => Err(End::Misread),
    };
    match end {
        Err(End::Refused) => return Ok(false),
        Err(End::Answered) => return Ok(true),
        Err(End::Misread) => drop(serde_json::from_str::<IgnoredAny>(json)?),
        Ok(()) => {}
    }
    // What is not there is as if it were null.
    let mut open = search.asked.iter().filter(|asked| !asked.answered);
    Ok(open.all(|asked| asked.condition.is_met(&Seen::Null)))
}

/// A condition, and how far its field is found.
struct Asked<'c> {
    condition: &'c Condition,
    /// How many names of the path lead to where the search is.
    reached: usize,
    answered: bool,
}

impl Asked<'_> {
    fn path(&self) -> &[String] {
        self.condition.field.names()
    }
}

/// Why a search ends before the JSON does.
enum End {
    /// A field is not what is asked for.
    Refused,
    /// Every field is.
    Answered,
    /// This is no JSON, or none that is an object.
    Misread,
}

struct Search<'c, 'j> {
    asked: Vec<Asked<'c>>,
    json: &'j str,
    /// How much of it is read.
    at: usize,
}

impl<'j> Search<'_, 'j> {
    /// Reads an object, which so many names lead to.
    fn object(&mut self, depth: usize) -> Result<(), End> {
        self.take(b'{')?;
        if self.peek() == Some(b'}') {
            return self.take(b'}');
        }
        loop {
            let name = self.text()?;
            self.take(b':')?;
            if self.reach(depth, name)? {
                self.member(depth + 1)?;
            } else {
                self.value()?;
            }
            match self.peek() {
                Some(b',') => self.take(b',')?,
                _ => return self.take(b'}'),
            }
        }
    }

    /// Whether the member with this name is on the way to a field that is asked about.
    fn reach(&mut self, depth: usize, quoted: &str) -> Result<bool, End> {
        let spelled: String;
        let name = if let Some(name) = unescaped(quoted) {
            name
        } else {
            spelled = serde_json::from_str(quoted).map_err(|_| End::Misread)?;
            &spelled
        };
        let mut any = false;
        for asked in &mut self.asked {
            let here = asked.reached == depth && asked.path().get(depth).is_some_and(|n| n == name);
            if here {
                asked.reached = depth + 1;
                any = true;
            }
        }
        Ok(any)
    }

    /// Reads the value of such a member.
    fn member(&mut self, depth: usize) -> Result<(), End> {
        if self.peek() == Some(b'{') {
            self.answer(depth, Seen::Other, None)?;
            let deeper = |asked: &Asked<'_>| asked.reached == depth && !asked.answered;
            if self.asked.iter().any(deeper) {
                self.object(depth)?;
            } else {
                self.value()?;
            }
        } else {
            let value = self.value()?;
            if let Some(text) = unescaped(value) {
                self.answer(depth, Seen::Text(text), Some(Seen::Null))?;
            } else {
                self.plain(depth, value)?;
            }
        }
        for asked in &mut self.asked {
            if asked.reached == depth {
                asked.reached = depth - 1;
            }
        }
        Ok(())
    }

    fn plain(&mut self, depth: usize, value: &str) -> Result<(), End> {
        let value = serde_json::from_str(value).map_err(|_| End::Misread)?;
        let elements: Vec<_>;
        let scalar = match value {
            Value::Array(all) => {
                elements = all.into_iter().filter_map(scalar).collect();
                return self.answer(depth, Seen::Many(&elements), Some(Seen::Null));
            }
            plain => scalar(plain),
        };
        let seen = match &scalar {
            Some(Scalar::Null) => Seen::Null,
            Some(Scalar::Bool(found)) => Seen::Bool(*found),
            Some(Scalar::Number(found)) => Seen::Number(*found),
            Some(Scalar::Text(found)) => Seen::Text(found),
            None => return self.answer(depth, Seen::Other, Some(Seen::Other)),
        };
        self.answer(depth, seen, Some(Seen::Null))
    }

    /// Answers for the fields that end here, and for those below, if anything is known of these.
    fn answer(&mut self, depth: usize, here: Seen<'_>, below: Option<Seen<'_>>) -> Result<(), End> {
        for asked in &mut self.asked {
            if asked.reached != depth || asked.answered {
                continue;
            }
            let ends = asked.path().len() == depth;
            let Some(seen) = (if ends { Some(here) } else { below }) else {
                continue;
            };
            if !asked.condition.is_met(&seen) {
                return Err(End::Refused);
            }
            asked.answered = true;
        }
        if self.asked.iter().all(|asked| asked.answered) {
            return Err(End::Answered);
        }
        Ok(())
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.json.as_bytes().get(self.at..)?;
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace());
        let blanks = blanks.count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    fn take(&mut self, wanted: u8) -> Result<(), End> {
        if self.peek() != Some(wanted) {
            return Err(End::Misread);
        }
        self.at += 1;
        Ok(())
    }

    /// A text with its quotes.
    fn text(&mut self) -> Result<&'j str, End> {
        self.take(b'"')?;
        let start = self.at - 1;
        self.pass_text()?;
        self.json.get(start..self.at).ok_or(End::Misread)
    }

    /// Passes over the rest of a text.
    fn pass_text(&mut self) -> Result<(), End> {
        loop {
            let rest = self.json.as_bytes().get(self.at..).unwrap_or_default();
            let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'));
            let stop = stop.ok_or(End::Misread)?;
            self.at += stop + 1;
            if rest.get(stop) == Some(&b'"') {
                return Ok(());
            }
            self.at += 1;
        }
    }

    /// Any value, as it is written.
    fn value(&mut self) -> Result<&'j str, End> {
        let first = self.peek();
        if first == Some(b'"') {
            return self.text();
        }
        let start = self.at;
        let mut open = 0_usize;
        while let Some(byte) = self.json.as_bytes().get(self.at) {
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' | b',' if open == 0 => break,
                b'}' | b']' => open -= 1,
                b'"' => {
                    self.at += 1;
                    self.pass_text()?;
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        self.json.get(start..self.at).ok_or(End::Misread)
    }
}

/// What stands between the quotes of a text in which nothing is escaped.
fn unescaped(value: &str) -> Option<&str> {
    let text = value.strip_prefix('"')?.strip_suffix('"')?;
    (!text.bytes().any(|byte| byte == b'\\')).then_some(text)
}

/// A value as a condition can name it.
fn scalar(value: Value) -> Option<Scalar> {
    match value {
        Value::Null => Some(Scalar::Null),
        Value::Bool(found) => Some(Scalar::Bool(found)),
        Value::Number(found) => found.as_i64().map(Scalar::Number),
        Value::String(found) => Some(Scalar::Text(found)),
        Value::Array(_) | Value::Object(_) => None,
    }
}
