//! The gate before the parser, and questions to the parsed document.
//!
//! `roxmltree` reads no file and expands no entity of a document type. What is left to a hostile
//! document is its cost: elements within one another, and attributes and namespaces, some of whose
//! checks take the square of their number. One pass over the bytes bounds all of them first.

use crate::{Budget, DiskError, Reason, Refusal, error::refuse, read_at::View};
use roxmltree::{Document, Node, ParsingOptions};

/// Nodes of a document: descriptors have some hundreds.
const MOST_NODES: u32 = 100_000;
/// Attributes of an element, of all elements, and namespaces that are declared.
const MOST_ATTRIBUTES: u32 = 256;
const MOST_ATTRIBUTES_IN_ALL: u32 = 100_000;
const MOST_NAMESPACES: u32 = 256;

/// Characters of a text that is told.
const MOST_TEXT: usize = 4096;

/// The text of a member, as large as a descriptor may be.
pub(super) fn text(member: &View, budget: &Budget<'_>) -> Result<String, DiskError> {
    let allowed = budget.limits().ovf;
    let refusal = Refusal::new(Reason::XmlLimit).what("its size");
    let refusal = refusal.found(member.length()).allowed(allowed);
    if member.length() > allowed {
        return refuse(refusal);
    }
    let length = usize::try_from(member.length()).unwrap_or(usize::MAX);
    let bytes = member.bytes(0, length, || refusal)?;
    String::from_utf8(bytes)
        .map_err(|_| Refusal::new(Reason::XmlLimit).what("it is no UTF-8").into())
}

/// Parses a document that passes the gate.
pub(super) fn parse<'a>(text: &'a str, budget: &Budget<'_>) -> Result<Document<'a>, DiskError> {
    Gate::default().check(text, budget.limits().xml_depth)?;
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MOST_NODES,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::DtdDetected => Refusal::new(Reason::XmlDoctype).into(),
        roxmltree::Error::NodesLimitReached => {
            let refusal = Refusal::new(Reason::XmlLimit).what("the number of nodes");
            refusal.allowed(MOST_NODES.into()).into()
        }
        other => Refusal::new(Reason::XmlLimit)
            .named(&other.to_string())
            .into(),
    })
}

/// What was counted of a document.
#[derive(Default)]
struct Gate {
    depth: u32,
    attributes: u32,
    namespaces: u32,
}

impl Gate {
    fn check(&mut self, text: &str, most_depth: u32) -> Result<(), DiskError> {
        let mut rest = text;
        while let Some((_, markup)) = rest.split_once('<') {
            // Where something has no end, the parser says so.
            let after = if let Some(comment) = markup.strip_prefix("!--") {
                comment.split_once("-->").map(|it| it.1)
            } else if let Some(data) = markup.strip_prefix("![CDATA[") {
                data.split_once("]]>").map(|it| it.1)
            } else if let Some(instruction) = markup.strip_prefix('?') {
                instruction.split_once("?>").map(|it| it.1)
            } else if markup.starts_with('!') {
                return refuse(Refusal::new(Reason::XmlDoctype));
            } else if let Some(end) = markup.strip_prefix('/') {
                self.depth = self.depth.saturating_sub(1);
                end.split_once('>').map(|it| it.1)
            } else {
                self.tag(markup, most_depth)?
            };
            let Some(after) = after else { break };
            rest = after;
        }
        Ok(())
    }

    /// Counts a tag, and returns what follows it.
    fn tag<'a>(&mut self, markup: &'a str, most_depth: u32) -> Result<Option<&'a str>, DiskError> {
        let mut rest = markup;
        let mut own = 0_u32;
        loop {
            let Some(at) = rest.find(['=', '"', '\'', '>']) else {
                return Ok(None);
            };
            let (before, from) = rest.split_at(at);
            let mut after = from.chars();
            match after.next() {
                Some('=') => {
                    own = own.saturating_add(1);
                    self.attributes = self.attributes.saturating_add(1);
                    let name = before.trim_end().rsplit(char::is_whitespace).next();
                    if name.is_some_and(|name| name.starts_with("xmlns")) {
                        self.namespaces = self.namespaces.saturating_add(1);
                    }
                    rest = after.as_str();
                }
                Some('>') => {
                    self.limits(own)?;
                    if !before.ends_with('/') {
                        self.depth = self.depth.saturating_add(1);
                    }
                    limit("the depth", self.depth, most_depth)?;
                    return Ok(Some(after.as_str()));
                }
                // Quotes: nothing counts until the same one.
                Some(quote) => match after.as_str().split_once(quote) {
                    Some((_, after)) => rest = after,
                    None => return Ok(None),
                },
                None => return Ok(None),
            }
            self.limits(own)?;
        }
    }

    fn limits(&self, own: u32) -> Result<(), DiskError> {
        limit("the number of attributes", own, MOST_ATTRIBUTES)?;
        limit(
            "the number of all attributes",
            self.attributes,
            MOST_ATTRIBUTES_IN_ALL,
        )?;
        limit("the number of namespaces", self.namespaces, MOST_NAMESPACES)
    }
}

fn limit(what: &'static str, found: u32, allowed: u32) -> Result<(), DiskError> {
    if found > allowed {
        let refusal = Refusal::new(Reason::XmlLimit).what(what);
        return refuse(refusal.allowed(allowed.into()));
    }
    Ok(())
}

/// The namespaces of envelopes, of OVF 1 and OVF 2.
const ENVELOPE: [&str; 2] = [
    "http://schemas.dmtf.org/ovf/envelope/1",
    "http://schemas.dmtf.org/ovf/envelope/2",
];
/// How the namespaces of what is in an item begin.
const SETTINGS: &str = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/";
/// VMware's own.
pub(super) const VMWARE: &str = "http://www.vmware.com/schema/ovf";
/// `VirtualBox`'s own.
pub(super) const VIRTUALBOX: &str = "http://www.virtualbox.org/ovf/machine";

/// Whether a node is an element of OVF.
pub(super) fn is(node: Node<'_, '_>, name: &str) -> bool {
    let space = node.tag_name().namespace().unwrap_or_default();
    node.is_element() && ENVELOPE.contains(&space) && node.tag_name().name() == name
}

/// The elements of OVF of a name in another.
pub(super) fn children<'a, 'i>(
    node: Node<'a, 'i>,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| is(*child, name))
}

/// An attribute of OVF. Its namespace must be written, by the schema; not everybody does.
pub(super) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let space = |space: &str| node.attribute((space, name));
    let mut spaces = ENVELOPE.iter();
    let found = spaces.find_map(|it| space(it));
    found.or_else(|| node.attribute(name))
}

/// What an item says of itself; the first, where it says more.
pub(super) fn setting<'a>(item: Node<'a, '_>, name: &'static str) -> Option<&'a str> {
    settings(item, name).next()
}

/// All that an item says under one name.
pub(super) fn settings<'a>(
    item: Node<'a, '_>,
    name: &'static str,
) -> impl Iterator<Item = &'a str> {
    let found = item.children().filter(move |child| {
        let space = child.tag_name().namespace().unwrap_or_default();
        space.starts_with(SETTINGS) && child.tag_name().name() == name
    });
    let texts = found.filter_map(|child| child.text().map(str::trim));
    texts.filter(|text| !text.is_empty())
}

/// The text of an element of OVF in another, for people.
pub(super) fn told(node: Node<'_, '_>, name: &str) -> Option<String> {
    let text = children(node, name).next()?.text()?;
    shown(text)
}

/// A text for people, as much of it as can be shown.
pub(super) fn shown(text: &str) -> Option<String> {
    let text: String = text.trim().chars().take(MOST_TEXT).collect();
    Some(text).filter(|text| !text.is_empty())
}
