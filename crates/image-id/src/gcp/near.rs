//! What a person probably meant by a text that is no id.

use super::GcpKind;

/// Texts that may have been meant, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let decoded = decoded(text);
    let open = decoded.split(['?', '#', '&']).next().unwrap_or_default();
    let parts = path(open);
    let mut texts: Vec<String> = flags(text).into_iter().collect();
    // Whatever stands before a project is a host, a page of the console, or a path put before another.
    let is_project = |part: &&str| is(part, &["projects", "project"]);
    let first = parts.iter().position(is_project);
    let last = parts.iter().rposition(is_project);
    for start in [first.unwrap_or_default(), last.unwrap_or_default()] {
        if let Some(meant) = parts.get(start..).and_then(Meant::of) {
            texts.push(meant.path(str::to_owned));
            texts.push(meant.path(label));
        }
    }
    texts
}

/// A path as people write it who have not read the grammar.
struct Meant<'a> {
    project: Option<&'a str>,
    zone: &'a str,
    kind: GcpKind,
    name: &'a str,
}

impl<'a> Meant<'a> {
    fn of(parts: &[&'a str]) -> Option<Self> {
        let (project, parts) = match parts {
            [word, next, ..] if is(word, &["projects", "project"]) && is(next, PLACES) => {
                (None, parts.get(1..)?)
            }
            [word, project, rest @ ..] if is(word, &["projects", "project"]) => {
                (Some(*project), rest)
            }
            [project, next, ..] if !is(project, WORDS) && is(next, WORDS) => {
                (Some(*project), parts.get(1..)?)
            }
            _ => (None, parts),
        };
        let (zone, parts) = match parts {
            [word, rest @ ..] if is(word, &["global"]) => ("", rest),
            [word, zone, rest @ ..] if is(word, PLACES) => (*zone, rest),
            _ => ("", parts),
        };
        let (kind, name, tail) = match parts {
            [word, family, name, tail @ ..] if is(word, IMAGES) && is(family, FAMILIES) => {
                (GcpKind::Family, name, tail)
            }
            [word, name, tail @ ..] if is(word, IMAGES) => (GcpKind::Image, name, tail),
            [word, name, tail @ ..] if is(word, FAMILIES) => (GcpKind::Family, name, tail),
            [word, name, tail @ ..] if is(word, MACHINE_IMAGES) => {
                (GcpKind::MachineImage, name, tail)
            }
            [word, name, tail @ ..] if is(word, VIEWS) => (GcpKind::FamilyView, name, tail),
            _ => return None,
        };
        let is_whole = match tail {
            [] => true,
            [method] => is(method, METHODS),
            _ => false,
        };
        is_whole.then_some(Self {
            project,
            zone,
            kind,
            name,
        })
    }

    fn path(&self, mend: impl Fn(&str) -> String) -> String {
        let name = mend(self.name);
        let resource = match self.kind {
            GcpKind::Image => format!("global/images/{name}"),
            GcpKind::Family => format!("global/images/family/{name}"),
            GcpKind::MachineImage => format!("global/machineImages/{name}"),
            GcpKind::FamilyView => format!("zones/{}/imageFamilyViews/{name}", mend(self.zone)),
        };
        match self.project {
            Some(project) => format!("projects/{}/{resource}", mend(project)),
            None => resource,
        }
    }
}

/// The parts of a path, of an address those behind the host and the API version.
fn path(text: &str) -> Vec<&str> {
    let address = match text.split_once("//") {
        Some((scheme, address)) if scheme.is_empty() || scheme.ends_with(':') => Some(address),
        _ => None,
    };
    let path = address.map_or(text, |address| {
        address.split_once('/').map_or("", |(_, path)| path)
    });
    let parts: Vec<&str> = path
        .split(['/', '\\'])
        .filter(|part| !part.is_empty())
        .collect();
    let is_version = |pair: &[&str]| matches!(pair, [api, version] if is(api, &["compute"]) && is_version(version));
    match parts.windows(2).position(is_version) {
        Some(at) => parts.into_iter().skip(at + 2).collect(),
        None => parts,
    }
}

fn is_version(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text == "beta" || text == "alpha" || text.starts_with("v1") || text.starts_with("v2")
}

/// `--image=N --image-project=P` of the command line, or `--image-family=F`.
fn flags(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split(['=', ' '])
        .filter(|word| !word.is_empty())
        .collect();
    let value = |flag: &str| {
        let at = words.iter().position(|word| *word == flag)?;
        words.get(at + 1).copied()
    };
    let resource = match (value("--image"), value("--image-family")) {
        (Some(name), None) => format!("global/images/{name}"),
        (None, Some(family)) => format!("global/images/family/{family}"),
        _ => return None,
    };
    Some(match value("--image-project") {
        Some(project) => format!("projects/{project}/{resource}"),
        None => resource,
    })
}

/// A name as the cloud would have it.
fn label(text: &str) -> String {
    let label = text.to_ascii_lowercase().replace('_', "-");
    label.trim_matches(['-', '.']).to_owned()
}

/// With the characters that stand escaped.
fn decoded(text: &str) -> String {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once('%') {
        decoded.push_str(head);
        let digits = tail.split_at_checked(2);
        let escape = digits.and_then(|(digits, rest)| {
            let byte = u8::from_str_radix(digits, 16).ok()?;
            byte.is_ascii_graphic().then_some((byte, rest))
        });
        if let Some((byte, behind)) = escape {
            decoded.push(char::from(byte));
            rest = behind;
        } else {
            decoded.push('%');
            rest = tail;
        }
    }
    decoded + rest
}

fn is(part: &str, words: &[&str]) -> bool {
    words.iter().any(|word| part.eq_ignore_ascii_case(word))
}

const PLACES: &[&str] = &["global", "regions", "region", "zones", "zone"];
const IMAGES: &[&str] = &["images", "image"];
const FAMILIES: &[&str] = &["family", "families"];
const MACHINE_IMAGES: &[&str] = &["machineImages", "machineImage"];
const VIEWS: &[&str] = &["imageFamilyViews", "imageFamilyView"];
/// The words that may stand behind a project.
const WORDS: &[&str] = &[
    "global",
    "regions",
    "region",
    "zones",
    "zone",
    "images",
    "image",
    "family",
    "families",
    "machineImages",
    "machineImage",
    "imageFamilyViews",
    "imageFamilyView",
];
/// What the API has behind a name.
const METHODS: &[&str] = &[
    "deprecate",
    "getIamPolicy",
    "setIamPolicy",
    "setLabels",
    "testIamPermissions",
];
