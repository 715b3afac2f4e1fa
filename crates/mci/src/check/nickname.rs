//! Whether a nickname says what most of its images are (RightScale).

use super::{CheckCode, Finding, Groups};
use crate::{Content, Facts};
use atlas_image::{Architecture, OsFacts};

pub(super) fn check(content: &Content, facts: &Facts, found: &mut Vec<Finding>) {
    let words = Words::of(content.nickname().as_str());
    let mut lacking = [
        (CheckCode::NicknameLacksOs, Groups::new()),
        (CheckCode::NicknameLacksVersion, Groups::new()),
        (CheckCode::NicknameLacksArchitecture, Groups::new()),
    ];
    for location in content.settings().keys() {
        let Some(image) = facts.get(location).and_then(|facts| facts.registered()) else {
            continue;
        };
        let os = image.os.as_ref();
        let lacks = [
            os.filter(|os| !words.name(os.family.as_str()))
                .map(|os| os.family.to_string()),
            os.filter(|os| !words.name_version(os))
                .map(|os| os.version.to_string()),
            image
                .architecture
                .filter(|architecture| !words.name_architecture(*architecture))
                .map(|architecture| architecture.to_string()),
        ];
        for ((_, parts), value) in lacking.iter_mut().zip(lacks) {
            if let Some(value) = value {
                parts.entry(value).or_default().push(location.clone());
            }
        }
    }
    for (code, parts) in lacking {
        let images: usize = parts.values().map(Vec::len).sum();
        if images * 2 > content.settings().len() {
            found.extend(Finding::of(code, parts));
        }
    }
}

/// The words of a nickname: letters, digits and points that stand together, in lower case.
struct Words(Vec<String>);

impl Words {
    fn of(nickname: &str) -> Self {
        let lower = nickname.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric() && c != '.');
        let words = words.map(|word| word.trim_matches('.'));
        let words = words.filter(|word| !word.is_empty());
        Self(words.map(str::to_owned).collect())
    }

    /// Whether the words of a text stand in it, one behind the other. A word may go on with digits:
    /// `ubuntu` is named by `ubuntu24.04`.
    fn name(&self, text: &str) -> bool {
        let wanted = Self::of(text).0;
        !wanted.is_empty()
            && self.0.windows(wanted.len()).any(|here| {
                here.iter().zip(&wanted).all(|(word, wanted)| {
                    let rest = word.strip_prefix(wanted.as_str());
                    let numeric = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
                    let letters = wanted.ends_with(char::is_alphabetic);
                    rest.is_some_and(|rest| rest.is_empty() || letters && numeric(rest))
                })
            })
    }

    /// Whether it names the version, or a part of it that says no less than the generation:
    /// `24.04` or `24` for 24.04.1 of generation 24, also behind letters: `ubuntu24.04`.
    fn name_version(&self, os: &OsFacts) -> bool {
        let (version, generation) = (os.version.as_str(), os.generation.as_str());
        let mut named = vec![generation.to_lowercase()];
        let mut part = version.to_lowercase();
        loop {
            named.push(part.clone());
            match part.rsplit_once('.') {
                Some((shorter, _)) if shorter.starts_with(&generation.to_lowercase()) => {
                    part = shorter.to_owned();
                }
                _ => break,
            }
        }
        self.0.iter().any(|word| {
            let behind = word.trim_start_matches(char::is_alphabetic);
            named.iter().any(|named| named == word || named == behind)
        }) || named.iter().any(|named| self.name(named))
    }

    /// Whether it names an architecture, in any word for it: `x64`, `x86_64`, `amd64`.
    fn name_architecture(&self, wanted: Architecture) -> bool {
        let mut rest = self.0.as_slice();
        while let Some((_, after)) = rest.split_first() {
            // The longest word counts: `x86_64` does not name `x86`.
            let longest = (1..=3.min(rest.len())).rev().find_map(|count| {
                let (words, after) = rest.split_at_checked(count)?;
                let read = Architecture::parse(&words.join("_")).ok()?;
                Some((read, after))
            });
            match longest {
                Some((read, _)) if read == wanted => return true,
                Some((_, after)) => rest = after,
                None => rest = after,
            }
        }
        false
    }
}
