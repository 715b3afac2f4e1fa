//! Azure, scanned by hand: keywords in any case.

pub(crate) fn hand(text: &str) -> bool {
    let text = text.as_bytes();
    match text {
        [b'/', ..] => resource(text).is_some(),
        [b'h', ..] if text.starts_with(b"http://") || text.starts_with(b"https://") => {
            vhd(text).is_some()
        }
        _ => urn(text).is_some(),
    }
}

type Parts<'a> = (&'a [u8], &'a [u8], &'a [u8], &'a [u8]);

/// Publisher, offer, SKU and version.
fn urn(text: &[u8]) -> Option<Parts<'_>> {
    let Some(end) = text.iter().position(|byte| matches!(byte, b':' | b'/')) else {
        let alias = |(name, _): &&(&str, &str)| text.eq_ignore_ascii_case(name.as_bytes());
        return ALIASES
            .iter()
            .find(alias)
            .and_then(|(_, urn)| urn_parts(urn.as_bytes(), b':'));
    };
    let mark = *text.get(end)?;
    let parts = urn_parts(text, mark)?;
    let (publisher, offer, sku, version) = parts;
    let is_urn = is_urn_part(publisher, 50)
        && is_urn_part(offer, 128)
        && is_urn_part(sku, 128)
        && is_version(version);
    is_urn.then_some(parts)
}

fn urn_parts(text: &[u8], mark: u8) -> Option<Parts<'_>> {
    let (publisher, rest) = cut(text, mark)?;
    let (offer, rest) = cut(rest, mark)?;
    let (sku, version) = cut(rest, mark)?;
    Some((publisher, offer, sku, version))
}

fn is_urn_part(part: &[u8], most: usize) -> bool {
    matches!(part, [.., last] if *last != b'.')
        && part.len() <= most
        && part.iter().all(|byte| is_word(*byte))
}

fn is_version(version: &[u8]) -> bool {
    if version.eq_ignore_ascii_case(b"latest") {
        return true;
    }
    let mut numbers = 0;
    for number in version.split(|byte| *byte == b'.') {
        numbers += 1;
        let is_small = matches!(number.len(), 1..=10)
            && number.iter().all(u8::is_ascii_digit)
            && (number.len() < 10 || number <= b"2147483647".as_slice());
        if !is_small {
            return false;
        }
    }
    numbers == 3
}

/// Subscription and group, or nothing; the gallery, or nothing; image and version.
fn resource(text: &[u8]) -> Option<(Parts<'_>, &[u8])> {
    if let Some(rest) = strip(text, b"/subscriptions/") {
        let (subscription, rest) = rest.split_at_checked(36)?;
        let (group, rest) = cut(strip(rest, b"/resourceGroups/")?, b'/')?;
        let rest = strip(rest, b"providers/Microsoft.Compute/")?;
        if !is_uuid(subscription) || !is_group(group) {
            return None;
        }
        if let Some(name) = strip(rest, b"images/") {
            let is_name = is_name(name, 80, |last| last == b'_', is_word);
            return is_name.then_some(((subscription, group, b"", name), b""));
        }
        let (gallery, image, version) = image(strip(rest, b"galleries/")?)?;
        let is_gallery = is_name(
            gallery,
            80,
            |last| last == b'_',
            |byte| byte != b'-' && is_word(byte),
        );
        return is_gallery.then_some(((subscription, group, gallery, image), version));
    }
    let rest =
        strip(text, b"/sharedGalleries/").or_else(|| strip(text, b"/communityGalleries/"))?;
    let (gallery, image, version) = image(rest)?;
    let is_gallery = is_name(gallery, 117, |last| last == b'_', is_word);
    is_gallery.then_some(((b"", b"", gallery, image), version))
}

fn image(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (gallery, rest) = cut(text, b'/')?;
    let rest = strip(rest, b"images/")?;
    let (image, version) = match cut(rest, b'/') {
        None => (rest, &b""[..]),
        Some((image, rest)) => {
            let version = strip(rest, b"versions/")?;
            if !is_version(version) {
                return None;
            }
            (image, version)
        }
    };
    is_name(image, 80, |_| false, is_word).then_some((gallery, image, version))
}

fn is_uuid(text: &[u8]) -> bool {
    let dashes = [8, 13, 18, 23];
    let digits = [0..8, 9..13, 14..18, 19..23, 24..36];
    dashes.iter().all(|at| text.get(*at) == Some(&b'-'))
        && digits.into_iter().all(|range| {
            text.get(range)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
        })
}

fn is_group(group: &[u8]) -> bool {
    matches!(group, [.., last] if *last != b'.')
        && group.len() <= 90
        && group
            .iter()
            .all(|byte| is_word(*byte) || matches!(byte, b'(' | b')'))
}

/// Beginning with a letter or digit, and ending in one or in another byte.
fn is_name(name: &[u8], most: usize, ends: fn(u8) -> bool, inner: fn(u8) -> bool) -> bool {
    let ([first, .., last] | [first @ last]) = name else {
        return false;
    };
    name.len() <= most
        && first.is_ascii_alphanumeric()
        && (last.is_ascii_alphanumeric() || ends(*last))
        && name.iter().all(|byte| inner(*byte))
}

/// Account, container and blob.
fn vhd(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let rest = text
        .strip_prefix(b"https://")
        .or_else(|| text.strip_prefix(b"http://"))?;
    let (account, rest) = cut(rest, b'.')?;
    let rest = rest.strip_prefix(b"blob.core.")?;
    let rest = rest
        .strip_prefix(b"windows.net/")
        .or_else(|| rest.strip_prefix(b"chinacloudapi.cn/"))
        .or_else(|| rest.strip_prefix(b"usgovcloudapi.net/"))
        .or_else(|| rest.strip_prefix(b"cloudapi.de/"))?;
    let (container, blob) = cut(rest, b'/')?;
    let is_account = matches!(account.len(), 3..=24)
        && account
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
    (is_account && is_container(container) && is_blob(blob)).then_some((account, container, blob))
}

fn is_container(container: &[u8]) -> bool {
    let mut before = b'-';
    for byte in container {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => {}
            b'-' if before != b'-' => {}
            _ => return container == b"$root",
        }
        before = *byte;
    }
    matches!(container.len(), 3..=63) && before != b'-'
}

fn is_blob(blob: &[u8]) -> bool {
    let mut name = &b""[..];
    for part in blob.split(|byte| *byte == b'/') {
        if matches!(part, b"" | b"." | b"..") || !is_path(part) {
            return false;
        }
        name = part;
    }
    name.len() > 4 && name.ends_with(b".vhd") && blob.len() <= 1024
}

fn is_path(part: &[u8]) -> bool {
    let mut rest = part;
    loop {
        rest = match rest {
            [] => return true,
            [b'%', high, low, tail @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                tail
            }
            [byte, tail @ ..] if is_word(*byte) || b"~!$'()*+,;=:@".contains(byte) => tail,
            _ => return false,
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// What stands before the first mark, and what behind it.
fn cut(text: &[u8], mark: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|byte| *byte == mark)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn strip<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (head, rest) = text.split_at_checked(word.len())?;
    head.eq_ignore_ascii_case(word).then_some(rest)
}

const ALIASES: &[(&str, &str)] = &[
    ("AzureLinux4", "microsoftazurelinux:azurelinux-4:4:latest"),
    (
        "AzureLinux4Arm64",
        "microsoftazurelinux:azurelinux-4:4-arm64:latest",
    ),
    (
        "AzureLinux4Gen1",
        "microsoftazurelinux:azurelinux-4:4-gen1:latest",
    ),
    ("CentOS85Gen2", "OpenLogic:CentOS:8_5-gen2:latest"),
    ("Debian11", "Debian:debian-11:11-backports-gen2:latest"),
    (
        "FlatcarLinuxFreeGen2",
        "kinvolk:flatcar-container-linux-free:stable-gen2:latest",
    ),
    ("OpenSuseLeap154Gen2", "SUSE:openSUSE-leap-15-4:gen2:latest"),
    ("RHELRaw8LVMGen2", "RedHat:RHEL:8-lvm-gen2:latest"),
    ("SuseSles15SP3", "SUSE:sles-15-sp3:gen2:latest"),
    (
        "Ubuntu2204",
        "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2:latest",
    ),
    (
        "Win2022Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2:latest",
    ),
    (
        "Win2022AzureEditionCore",
        "MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition-core:latest",
    ),
    (
        "Win2019Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2019-datacenter-gensecond:latest",
    ),
    (
        "Win2016Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2016-datacenter-gensecond:latest",
    ),
    (
        "Win2012R2Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2012-R2-Datacenter:latest",
    ),
    (
        "Win2012Datacenter",
        "MicrosoftWindowsServer:WindowsServer:2012-Datacenter:latest",
    ),
];
