//! What is wrong with an address.

use super::ACCOUNT;
use crate::scan::{Class, Cursor, Flaw, Piece, Rule};

/// Refuses the scheme.
#[cold]
pub(in crate::azure) fn wrong_scheme(text: Piece<'_>) -> Flaw {
    let flaw = text.differs("https://", "`https://`");
    if text.strip_any_case("http").is_some() {
        flaw.hint("write the scheme in lower case")
    } else {
        flaw
    }
}

#[cold]
pub(super) fn wrong_host(piece: Piece<'_>) -> Flaw {
    let (host, _) = piece.split('/');
    let mut rest = Cursor::new(piece);
    let account = rest.take(ACCOUNT.inner);
    let flaw = match ACCOUNT.judge(account, rest) {
        Err(flaw) => flaw,
        Ok(()) if account.text.len() < 3 || rest.peek() != Some(b'.') => {
            Flaw::found(rest.at(), ACCOUNT.expected)
        }
        Ok(()) => wrong_service(rest.rest()),
    };
    if let Some(b'?' | b'#') = host.text.as_bytes().get(flaw.at - host.at) {
        return query(flaw.at);
    }
    let lower = host.text.to_ascii_lowercase();
    if lower == "management.azure.com" {
        flaw.hint("the id begins at `/subscriptions/`")
    } else if lower.starts_with("portal.azure.") {
        flaw.hint("this is a page of the portal: the id begins at `/subscriptions/`")
    } else if lower.contains(".file.") {
        flaw.hint("a file share holds no VHD to launch")
    } else if lower.contains('@') {
        flaw.hint("leave the user out")
    } else if lower.contains(':') {
        flaw.hint("leave the port out")
    } else if lower != host.text {
        flaw.hint("write the host in lower case")
    } else {
        flaw
    }
}

/// Refuses what stands behind the account, at the first byte that differs from the most similar
/// service.
#[cold]
fn wrong_service(piece: Piece<'_>) -> Flaw {
    let services = [
        ".blob.core.windows.net",
        ".blob.core.chinacloudapi.cn",
        ".blob.core.usgovcloudapi.net",
        ".blob.core.cloudapi.de",
    ];
    if services.contains(&piece.text) {
        return Flaw::found(piece.end(), "`/` and a container");
    }
    let expected = "`.blob.core.windows.net/` behind the storage account";
    let flaws = services.map(|service| piece.differs(service, expected));
    let nearest = flaws.into_iter().max_by_key(|flaw| flaw.at);
    nearest.unwrap_or_else(|| Flaw::found(piece.at, expected))
}

#[cold]
pub(super) fn wrong_container(start: Cursor<'_>, rest: Cursor<'_>) -> Flaw {
    const CONTAINER: &str = "a container of 3 to 63 lower-case letters, digits and single dashes";
    let rule = Rule {
        part: "container",
        most: 63,
        first: Class::LOWER_OR_DIGIT,
        inner: Class::LABEL,
        last: Class::LOWER_OR_DIGIT,
        expected: CONTAINER,
    };
    let found = rest.at() - start.at();
    match rest.peek() {
        Some(b'?' | b'#') => query(rest.at()),
        _ if found == 0 || found > rule.most => {
            let mut all = start;
            let piece = all.take(rule.inner);
            let judged = rule.judge(piece, all);
            judged
                .err()
                .unwrap_or_else(|| Flaw::found(rest.at(), CONTAINER))
        }
        None if found >= 3 => Flaw::found(rest.at(), "`/` and a blob"),
        _ => Flaw::found(rest.at(), CONTAINER),
    }
}

/// Refuses a part of the path that is empty or made of dots.
#[cold]
pub(super) fn no_part(path: Piece<'_>, part: usize, at: usize) -> Flaw {
    if part == at {
        Flaw::empty(path.at + at, "part of the path", BLOB)
    } else {
        Flaw::found(path.at + part, BLOB)
    }
}

#[cold]
pub(super) fn no_escape(path: Piece<'_>, at: usize) -> Flaw {
    let behind = path.text.bytes().skip(at + 1);
    let digits = behind.take_while(u8::is_ascii_hexdigit).count();
    Flaw::found(path.at + at + 1 + digits, "two hex digits behind `%`")
}

#[cold]
pub(super) fn no_path(path: Piece<'_>, at: usize) -> Flaw {
    match path.text.as_bytes().get(at) {
        Some(b'?' | b'#' | b'&') => query(path.at + at),
        Some(b' ') => Flaw::found(path.at + at, BLOB).hint("write a blank as `%20`"),
        _ => Flaw::found(path.at + at, BLOB),
    }
}

/// Refuses a name that does not end in `.vhd`, or a path that is too long.
#[cold]
pub(super) fn wrong_name(path: Piece<'_>, part: usize, is_vhd: bool) -> Flaw {
    if is_vhd {
        return Flaw::says(path.at, "a path of more than 1024 characters", BLOB);
    }
    let name = path.text.get(part..).unwrap_or_default();
    if name.is_empty() {
        return Flaw::empty(path.end(), "name of the blob", BLOB);
    }
    let flaw = Flaw::found(path.end(), BLOB);
    match name.rsplit_once('.') {
        Some((_, "vhdx")) => flaw.hint("Azure takes VHD, not VHDX"),
        Some((_, end)) if end.eq_ignore_ascii_case("vhd") => {
            flaw.hint("the name ends in `.vhd`, in lower case")
        }
        _ => flaw,
    }
}

/// Refuses a query, or whatever else stands where one would.
#[cold]
fn query(at: usize) -> Flaw {
    Flaw::says(
        at,
        "a query, which can hold a secret,",
        "the end of the address",
    )
    .hint("leave the access signature out")
}

const BLOB: &str = "the path of a blob that ends in `.vhd`";
