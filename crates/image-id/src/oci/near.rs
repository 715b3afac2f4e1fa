//! What a person probably meant by a text that is no id.

use super::name;
use crate::scan::{Flaw, Piece};

/// Texts that may have been meant, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let place = text.split(['?', '#']).next().unwrap_or(text);
    let meant = match web(place) {
        Some(address) => page(address),
        None => Some(without_transport(place).to_owned()),
    };
    meant.map(|meant| mended(&meant)).into_iter().collect()
}

/// Adds to a flaw what the whole text tells about it.
#[cold]
pub(super) fn explained(whole: Piece<'_>, flaw: Flaw) -> Flaw {
    let flaw = match name::wrong_host(whole) {
        Some(host) if host.at <= flaw.at => host,
        _ => flaw,
    };
    let text = whole.text;
    if web(text).is_some() {
        flaw.hint("write it as `docker pull` takes it, without a scheme")
    } else if without_transport(text).len() < text.len() || text.contains("://") {
        flaw.hint("leave the transport out")
    } else if transport(text, &FILES).is_some() {
        flaw.hint("a file or folder is in no registry")
    } else {
        flaw
    }
}

/// What stands behind `https://`.
fn web(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    is_web.then_some(rest)
}

/// The id whose page or manifest is at an address; the address itself if it may be a registry's.
fn page(address: &str) -> Option<String> {
    let (host, path) = address.split_once('/')?;
    if host.contains('@') {
        return None; // a user and perhaps a password
    }
    let parts: Vec<&str> = path.split('/').collect();
    match (host, &*parts) {
        ("hub.docker.com", ["r", owner, name, ..]) => Some(format!("docker.io/{owner}/{name}")),
        ("hub.docker.com", ["_", name, ..]) => Some(format!("docker.io/library/{name}")),
        ("hub.docker.com", ["layers", owner, name, tag, ..]) => {
            Some(format!("docker.io/{owner}/{name}:{tag}"))
        }
        ("quay.io", ["repository", owner, name, ..]) => Some(format!("quay.io/{owner}/{name}")),
        (_, ["v2", name @ .., "manifests", reference]) => {
            let mark = if reference.contains(':') { '@' } else { ':' };
            Some(format!("{host}/{}{mark}{reference}", name.join("/")))
        }
        ("hub.docker.com" | "github.com" | "gitlab.com" | "console.cloud.google.com", _) => None,
        _ => Some(address.to_owned()),
    }
}

/// Words before a reference that say how it is copied: containers-transports(5), ostree, `BuildKit`.
const REFERENCES: [&str; 8] = [
    "docker",
    "docker-daemon",
    "docker-image",
    "containers-storage",
    "registry",
    "ostree-unverified-registry",
    "ostree-unverified-image",
    "ostree-image-signed",
];

/// Such words before a file or a folder.
const FILES: [&str; 5] = ["oci", "oci-archive", "docker-archive", "dir", "sif"];

/// What stands behind one of these words, if more than a tag does.
fn transport<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    let (word, rest) = text.split_once(':')?;
    let is_one = words.contains(&word) && rest.contains('/');
    is_one.then(|| rest.strip_prefix("//").unwrap_or(rest))
}

fn without_transport(text: &str) -> &str {
    let mut rest = text;
    while let Some(behind) = transport(rest, &REFERENCES) {
        rest = behind;
    }
    // A folder may be meant, unless a registry's host is there.
    transport(rest, &FILES)
        .filter(|behind| name::begins_with_host(behind))
        .unwrap_or(rest)
}

/// With the name in lower case, the digest as digests are written, and nothing doubled or left open.
fn mended(text: &str) -> String {
    let text = text.trim_end_matches(['/', ':', '@']);
    let (named, digest) = text
        .split_once('@')
        .or_else(|| {
            let at = text.find(":sha256:")?;
            Some((text.get(..at)?, text.get(at + 1..)?))
        })
        .map_or((text, None), |(named, digest)| (named, Some(digest)));
    let named = named.trim_end_matches(['/', ':']);
    let last = named.rfind('/').map_or(0, |slash| slash + 1);
    let colon = named.get(last..).and_then(|last| last.find(':'));
    let (path, tag) = named
        .split_at_checked(colon.map_or(named.len(), |colon| last + colon))
        .unwrap_or((named, ""));
    let mut mended = path.to_ascii_lowercase();
    while mended.contains("//") {
        mended = mended.replace("//", "/");
    }
    mended.push_str(tag);
    if let Some(digest) = digest {
        let digest = digest.to_ascii_lowercase();
        let hex = digest.strip_prefix("sha256").unwrap_or(&digest);
        let hex = hex.trim_start_matches([':', '=', '-', '/']);
        mended.push('@');
        if hex.len() == 64 {
            mended.push_str("sha256:");
            mended.push_str(hex);
        } else {
            mended.push_str(&digest);
        }
    }
    mended
}
