//! The manifest: digests of the members (DSP0243, section "Packaging"). They show damage, and say
//! nothing of who made them: SHA-1 is as good as any for that.

use crate::{Budget, DiskError, Reason, Refusal, error::refuse, ova::tar::Members, read_at::View};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::collections::{BTreeMap, BTreeSet};

/// Checks a manifest: it names all members that are used, none that is not there, and all digests are
/// those of the bytes that are read as disks later, through the same handle.
pub(super) fn check(
    text: &str,
    members: &Members,
    used: &BTreeSet<&str>,
    budget: &Budget<'_>,
) -> Result<(), DiskError> {
    let lines = read(text)?;
    let mismatch = |what, name: &str| {
        Refusal::new(Reason::ManifestMismatch)
            .what(what)
            .named(name)
    };
    for name in lines.keys() {
        if !members.contains_key(*name) {
            return refuse(mismatch("it names an absent member", name));
        }
    }
    for name in used {
        if !lines.contains_key(name) {
            return refuse(mismatch("it does not name", name));
        }
    }
    for (name, (algorithm, digest)) in lines {
        let Some(view) = members.get(name) else {
            continue;
        };
        let found = algorithm.digest(view, budget)?;
        if found != digest {
            return refuse(mismatch("it has another digest of", name));
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy)]
enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

impl Algorithm {
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "SHA1" => Some(Self::Sha1),
            "SHA256" => Some(Self::Sha256),
            "SHA512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// In hexadecimal digits.
    fn digest(self, view: &View, budget: &Budget<'_>) -> Result<String, DiskError> {
        match self {
            Self::Sha1 => digest::<Sha1>(view, budget),
            Self::Sha256 => digest::<Sha256>(view, budget),
            Self::Sha512 => digest::<Sha512>(view, budget),
        }
    }
}

fn digest<D: Digest>(view: &View, budget: &Budget<'_>) -> Result<String, DiskError> {
    use core::fmt::Write as _;

    const PIECE: u64 = 1 << 20;
    let mut piece = vec![0; usize::try_from(PIECE.min(view.length())).unwrap_or_default()];
    let mut digest = D::new();
    let mut at = 0_u64;
    while at < view.length() {
        budget.go_on()?;
        let read = view.some(&mut piece, at)?;
        digest.update(piece.get(..read).unwrap_or_default());
        at = at.saturating_add(PIECE);
    }
    let mut text = String::new();
    for byte in digest.finalize() {
        // A string takes all that is written.
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// Each line: `SHA256(name)= digits`. Which of two lines of one member counts is what readers differ in.
fn read(text: &str) -> Result<BTreeMap<&str, (Algorithm, String)>, DiskError> {
    let mut lines = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((name, algorithm, digest)) = parts(line) else {
            let refusal = Refusal::new(Reason::ManifestMismatch).what("a line is not understood");
            return refuse(refusal.named(line));
        };
        if lines.insert(name, (algorithm, digest)).is_some() {
            let refusal = Refusal::new(Reason::ManifestMismatch).what("it names twice");
            return refuse(refusal.named(name));
        }
    }
    Ok(lines)
}

fn parts(line: &str) -> Option<(&str, Algorithm, String)> {
    let (algorithm, rest) = line.split_once('(')?;
    let (name, digest) = rest.rsplit_once(')')?;
    let digest = digest.trim_start().strip_prefix('=')?.trim();
    let algorithm = Algorithm::named(algorithm.trim())?;
    Some((name, algorithm, digest.to_ascii_lowercase()))
}
