//! Query strings and forms, as a tree of parameters.

use crate::{Ec2Error, ErrorCode};
use core::str;
use std::collections::BTreeMap;

/// How much a request may hold (ours; AWS names no such limits but those of filters).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormLimits {
    /// Bytes of the query string and of the body, together: 1 MiB.
    pub bytes: usize,
    /// Parameters: 12,000, more than 50 filters of 200 values each.
    pub parameters: usize,
    /// Parts of a name between dots: 10.
    pub depth: usize,
    /// Bytes of a name: 255.
    pub name_bytes: usize,
    /// Bytes of a value, decoded: 96 KiB, more than the 64,000 characters of UEFI data.
    pub value_bytes: usize,
    /// The largest index of a list: 10,000. Below it, indexes may be left out.
    pub index: u32,
}

impl Default for FormLimits {
    fn default() -> Self {
        Self {
            bytes: 1 << 20,
            parameters: 12_000,
            depth: 10,
            name_bytes: 255,
            value_bytes: 96 << 10,
            index: 10_000,
        }
    }
}

/// The parameters of a request, as a tree: names are split at `.`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    root: Node,
    pairs: BTreeMap<String, String>,
}

/// What stands below a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) value: Option<String>,
    pub(crate) below: BTreeMap<Box<str>, Self>,
}

impl Form {
    /// Reads a query string (without `?`) and the body of a form, either of which may be empty.
    ///
    /// `%` and `+` are decoded in both. Order means nothing, and a name is given once.
    ///
    /// # Errors
    ///
    /// It is larger than the limits allow, an escape or UTF-8 is broken, a character is none that an
    /// XML document could give back, a part of a name is empty, or a name is given twice.
    pub fn parse(query: &str, body: &[u8], limits: &FormLimits) -> Result<Self, Ec2Error> {
        let bytes = query.len().saturating_add(body.len());
        if bytes > limits.bytes {
            let message = format!("The request has {bytes} bytes, at most {}.", limits.bytes);
            return Err(Ec2Error::new(ErrorCode::RequestEntityTooLarge, message));
        }
        let mut form = Self::default();
        for part in [query.as_bytes(), body] {
            for pair in part.split(|byte| *byte == b'&') {
                if !pair.is_empty() {
                    form.add(pair, limits)?;
                }
            }
        }
        Ok(form)
    }

    /// All parameters with their whole names, by name.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        let pairs = self.pairs.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value of a parameter, by its whole name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs.get(name).map(String::as_str)
    }

    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    fn add(&mut self, pair: &[u8], limits: &FormLimits) -> Result<(), Ec2Error> {
        if self.pairs.len() >= limits.parameters {
            let most = limits.parameters;
            return Err(malformed(format!(
                "The request has more than {most} parameters."
            )));
        }
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let name = decode(halves.next().unwrap_or_default())?;
        let value = decode(halves.next().unwrap_or_default())?;
        if name.len() > limits.name_bytes {
            let most = limits.name_bytes;
            return Err(malformed(format!(
                "A parameter's name has more than {most} bytes."
            )));
        }
        if value.len() > limits.value_bytes {
            let most = limits.value_bytes;
            return Err(Ec2Error::invalid_value(format!(
                "The value of the parameter {name} has more than {most} bytes."
            )));
        }
        if name.split('.').count() > limits.depth {
            let most = limits.depth;
            return Err(malformed(format!(
                "The parameter {name} has more than {most} parts."
            )));
        }
        let mut node = &mut self.root;
        for part in name.split('.') {
            if part.is_empty() {
                return Err(malformed(format!(
                    "The parameter '{name}' has an empty part in its name."
                )));
            }
            if part.starts_with(|digit: char| digit.is_ascii_digit()) {
                check_index(part, &name, limits)?;
            }
            node = node.below.entry(part.into()).or_default();
        }
        if node.value.is_some() {
            return Err(malformed(format!(
                "The parameter {name} is given more than once."
            )));
        }
        node.value = Some(value.clone());
        self.pairs.insert(name, value);
        Ok(())
    }
}

/// A part that begins with a digit is an index of a list: from 1, without zeros in front.
fn check_index(part: &str, name: &str, limits: &FormLimits) -> Result<(), Ec2Error> {
    let index = part.parse::<u32>();
    match index {
        Ok(index) if !part.starts_with('0') && index <= limits.index => Ok(()),
        _ => Err(Ec2Error::invalid_value(format!(
            "Invalid index '{part}' in the parameter {name}: lists are numbered from 1 to {}.",
            limits.index
        ))),
    }
}

fn malformed(message: String) -> Ec2Error {
    Ec2Error::new(ErrorCode::MalformedQueryString, message)
}

/// The text that is meant: `%` with two hex digits, and `+` for a blank.
fn decode(text: &[u8]) -> Result<String, Ec2Error> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next(), rest.next()];
                let [Some(high), Some(low)] = digits.map(|digit| digit.copied().and_then(hex))
                else {
                    let message = "A '%' is not followed by two hexadecimal digits.";
                    return Err(malformed(message.to_owned()));
                };
                (high << 4) | low
            }
            other => *other,
        });
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| malformed("The parameters are not encoded in UTF-8.".to_owned()))?;
    match text.chars().find(|character| !is_xml(*character)) {
        None => Ok(text),
        Some(stray) => Err(malformed(format!(
            "The character {} is not allowed in parameters.",
            stray.escape_unicode()
        ))),
    }
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// Whether XML 1.0 can hold a character.
pub(crate) fn is_xml(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{1_0000}'..)
}
