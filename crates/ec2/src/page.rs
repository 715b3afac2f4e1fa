//! Pages of long lists.

use crate::{Ec2Error, Form};
use atlas_base::Digest;
use core::fmt;

/// What is asked, whichever page of it: a digest of the parameters but those of pages and signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Question(Digest);

impl Question {
    /// What a form asks.
    pub fn of(form: &Form) -> Self {
        let mut text = String::new();
        for (name, value) in form.pairs() {
            let of_page = matches!(name, "MaxResults" | "NextToken" | "Version" | "DryRun");
            if !of_page && !name.starts_with("X-Amz-") {
                // Neither holds a NUL.
                text.extend([name, "\0", value, "\0"]);
            }
        }
        Self(Digest::of("ec2-question", text.as_bytes()))
    }

    /// The same question of one caller, or under whatever else changes the answer.
    #[must_use]
    pub fn of_caller(self, caller: &str) -> Self {
        let text = format!("{}\0{caller}", self.0);
        Self(Digest::of("ec2-question", text.as_bytes()))
    }

    /// The first digits, which a token carries.
    fn short(self) -> String {
        let digits: String = self.0.to_string();
        let (_, digits) = digits.rsplit_once(':').unwrap_or(("", &digits));
        digits.chars().take(SHORT).collect()
    }
}

const SHORT: usize = 32;
const VERSION: &str = "1";

/// Where a list stands, as the client carries it to its next request (`NextToken`).
///
/// It holds a position, such as the key of the last item that was given, and not a number of items:
/// what comes or goes between pages neither repeats nor hides others. It is no secret and has no seal:
/// a position is to be read as anything that a client sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken {
    question: Question,
    position: String,
}

impl PageToken {
    /// The most bytes of a position: more than the cursor of any list of an engine has, which is at most
    /// 1,110 bytes long, with a word before it.
    pub const MAX_BYTES: usize = 2048;

    /// A token of this question. What is beyond [`MAX_BYTES`](Self::MAX_BYTES) comes back as no token.
    pub fn new(question: Question, position: impl Into<String>) -> Self {
        let position = position.into();
        Self { question, position }
    }

    /// Reads a token of this question; none where the text is empty, as some clients send it first.
    ///
    /// # Errors
    ///
    /// It is no token of ours, or of another question.
    pub fn parse(text: &str, question: Question) -> Result<Option<Self>, Ec2Error> {
        if text.is_empty() {
            return Ok(None);
        }
        let position = Self::position_of(text, question);
        let position = position.ok_or_else(Ec2Error::invalid_next_token)?;
        Ok(Some(Self { question, position }))
    }

    /// Where the list stands.
    pub fn position(&self) -> &str {
        &self.position
    }

    fn position_of(text: &str, question: Question) -> Option<String> {
        let rest = text.strip_prefix(VERSION)?;
        let digits = rest.strip_prefix(question.short().as_str())?;
        let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
        if !rest.is_empty() || pairs.len() > Self::MAX_BYTES {
            return None;
        }
        let bytes = pairs.iter().map(|[high, low]| {
            let digit = |byte: u8| match byte {
                b'0'..=b'9' | b'a'..=b'f' => char::from(byte).to_digit(16),
                _ => None,
            };
            u8::try_from((digit(*high)? << 4) | digit(*low)?).ok()
        });
        let bytes: Option<Vec<u8>> = bytes.collect();
        String::from_utf8(bytes?).ok()
    }
}

impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(VERSION)?;
        f.write_str(&self.question.short())?;
        let mut bytes = self.position.bytes();
        bytes.try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// How many items a page may be asked to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxResults {
    least: u32,
    most: u32,
}

impl MaxResults {
    /// Of images, snapshots, instances and volumes: 1 to 1,000. AWS once named 5 as the least and takes
    /// less now.
    pub const IMAGES: Self = Self {
        least: 1,
        most: 1000,
    };
    /// Of tags: 5 to 1,000 (AWS).
    pub const TAGS: Self = Self {
        least: 5,
        most: 1000,
    };
    /// Of imports: 1 to 1,000 (ours).
    pub const ANY: Self = Self {
        least: 1,
        most: 1000,
    };

    /// Checks a number.
    ///
    /// # Errors
    ///
    /// It is out of the limits.
    pub fn check(self, asked: u32) -> Result<usize, Ec2Error> {
        let Self { least, most } = self;
        if (least..=most).contains(&asked) {
            // INVARIANT: a thousand fits.
            return Ok(usize::try_from(asked).unwrap_or(usize::MAX));
        }
        Err(Ec2Error::invalid_value(format!(
            "Value ( {asked} ) for parameter maxResults is invalid. Expecting a value between {least} and {most}."
        )))
    }

    /// `InvalidParameterCombination`: pages and ids do not go together (AWS).
    pub(crate) fn with_ids(ids: &str) -> Ec2Error {
        let message = format!("The parameter {ids} cannot be used with the parameter maxResults");
        Ec2Error::invalid_combination(message)
    }
}
