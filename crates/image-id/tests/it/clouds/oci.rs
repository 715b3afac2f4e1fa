use super::{Grammar, NearMiss};
use atlas_image_id::Cloud;

/// By `regexp.go` and `normalize.go` of `github.com/distribution/reference`, with the decisions of
/// `OciImageId`.
pub(super) fn grammar() -> Grammar {
    let label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
    let digits = "(?::[0-9]+)";
    let host = format!(
        "(?:{label}(?:\\.{label})+{digits}?|{label}{digits}|(?i:localhost)|\\[[0-9A-Fa-f]*:[0-9A-Fa-f:]*\\]{digits}?|\\[[0-9A-Fa-f]+\\]{digits})"
    );
    let part = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
    let no_host = "[a-z0-9]+(?:(?:_|__|-+)[a-z0-9]+)*";
    let name = format!("(?:{host}/{part}(?:/{part})*|{part}|{no_host}(?:/{part})+)");
    let algorithm = "[a-z][a-z0-9]*(?:[+._-][a-z][a-z0-9]*)*";
    Grammar {
        cloud: Cloud::Oci,
        pattern: format!(
            "{name}(?::[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}})?(?:@{algorithm}:[0-9a-f]{{32,}})?"
        ),
        besides: lengths,
        ids: &[
            "ubuntu",
            "ubuntu:24.04",
            "acme/x",
            "docker.io/x",
            "index.docker.io/x:1",
            "docker.io/library/x/y",
            "quay.io/fedora/fedora-bootc:43",
            "QUAY.io/a--b/c__d/e_f.g:V_1.0-x",
            "localhost/x",
            "localhost:5000/x",
            "registry:5000/a/b@sha256:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
            "[::1]:5000/x:1",
            "[2001:DB8::1]/x",
            "x:1@sha256:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
            "127.0.0.1:80/x@sha512:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
            "a/b@sha384:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2c58a2fce65cb3487f965d2fb08eec484",
            "a@md5:d41d8cd98f00b204e9800998ecf8427e",
            "a/b@sha256+x.y_z-w:d41d8cd98f00b204e9800998ecf8427e",
        ],
        pieces: &[
            "c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
            "sha256:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
            "@sha256:",
            "@blake3:",
            "docker.io/",
            "index.docker.io/",
            "library/",
            "localhost",
            "localhost/",
            "[::1]",
            ":5000",
            ":5000/",
            ":latest",
            "/a",
            "__",
            "a.b",
            "a-tag-of-sixty-four-characters-which-is-half-of-what-one-may-be1",
        ],
    }
}

/// What the canonical text adds, and what lengths there are.
fn lengths(text: &str) -> bool {
    let (named, digest) = text.split_once('@').unwrap_or((text, ""));
    let is_hex = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_uppercase())
    };
    let digits = |algorithm: &str| match algorithm {
        "sha256" | "blake3" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => 0,
    };
    let (algorithm, hex) = digest.split_once(':').unwrap_or_default();
    if digest.len() > 512 || digits(algorithm) != 0 && digits(algorithm) != hex.len() {
        return false;
    }
    // A digest alone.
    let (name, tag) = named.split_once(':').unwrap_or_default();
    if digest.is_empty()
        && (named.len() == 64 && is_hex(named)
            || !tag.is_empty() && tag.len() == digits(name) && is_hex(tag))
    {
        return false;
    }
    let last = named.rfind('/').map_or(0, |slash| slash + 1);
    let end = named[last..]
        .find(':')
        .map_or(named.len(), |colon| last + colon);
    let name = named[..end].to_ascii_lowercase();
    let (first, rest) = name.split_once('/').unwrap_or(("", &name));
    let is_host = first.contains(['.', ':']) || first == "localhost";
    let (host, path) = if is_host {
        (first, rest)
    } else {
        ("docker.io", &*name)
    };
    let host = if host == "index.docker.io" {
        "docker.io"
    } else {
        host
    };
    let library = if host == "docker.io" && !path.contains('/') {
        8
    } else {
        0
    };
    host.len() + 1 + library + path.len() <= 255
}

pub(super) const NEAR_MISSES: &[NearMiss] = &[
    (Cloud::Oci, "docker://quay.io/x", "quay.io/x"),
    (
        Cloud::Oci,
        "containers-storage:localhost/bootc:1",
        "localhost/bootc:1",
    ),
    (Cloud::Oci, "oci:quay.io/x:1", "quay.io/x:1"),
    (
        Cloud::Oci,
        "ostree-unverified-image:docker://quay.io/fedora/fedora-bootc:43",
        "quay.io/fedora/fedora-bootc:43",
    ),
    (Cloud::Oci, "https://quay.io/a/b:1/", "quay.io/a/b:1"),
    (
        Cloud::Oci,
        "https://quay.io/repository/fedora/fedora-bootc?tab=tags",
        "quay.io/fedora/fedora-bootc",
    ),
    (
        Cloud::Oci,
        "https://hub.docker.com/r/acme/x/tags",
        "docker.io/acme/x",
    ),
    (
        Cloud::Oci,
        "https://hub.docker.com/_/ubuntu",
        "docker.io/library/ubuntu",
    ),
    (
        Cloud::Oci,
        "https://quay.io/v2/a/b/manifests/V1",
        "quay.io/a/b:V1",
    ),
    (Cloud::Oci, "quay.io/Acme/X:V1", "quay.io/acme/x:V1"),
    (Cloud::Oci, "Acme/X", "acme/x"),
    (Cloud::Oci, "quay.io//a/b/", "quay.io/a/b"),
    (Cloud::Oci, "quay.io/x:", "quay.io/x"),
    (Cloud::Oci, "quay.io/x@", "quay.io/x"),
    (
        Cloud::Oci,
        "x@sha256=c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
        "x@sha256:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
    ),
    (
        Cloud::Oci,
        "x:1@sha256:C58A2FCE65CB3487F965D2FB08EEC4843384DBE29264F427B665421DB1AABEF2",
        "x:1@sha256:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
    ),
    (
        Cloud::Oci,
        "x@c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
        "x@sha256:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
    ),
    (
        Cloud::Oci,
        "x:sha256:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
        "x@sha256:c58a2fce65cb3487f965d2fb08eec4843384dbe29264f427b665421db1aabef2",
    ),
];
