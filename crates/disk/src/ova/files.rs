//! The files that a descriptor names: members of the archive, and nothing else.

use crate::{
    DiskError, Reason, Refusal,
    error::refuse,
    ova::{ovf::FileRef, tar::Members},
    read_at::{ReadAt, SourceState, View},
};
use std::{collections::BTreeSet, io, sync::Arc};

/// A file of the package, and which members it is.
pub(super) struct FileView {
    /// All of it as it is in the archive, still compressed where it is.
    pub(super) view: View,
    pub(super) names: Vec<String>,
}

/// Looks a file up. No name is ever resolved: it is one of the archive's, or nothing.
pub(super) fn find(file: &FileRef, members: &Members) -> Result<FileView, DiskError> {
    if let Some(chunk) = file.chunk {
        return chunks(file, chunk, members);
    }
    let href = &file.href;
    let found = members.get_key_value(href);
    // A name is written as a URI, where spaces are escaped.
    let found = found.or_else(|| members.get_key_value(&unescaped(href)?));
    match found {
        Some((name, view)) => Ok(FileView {
            view: view.clone(),
            names: vec![name.clone()],
        }),
        None => refuse(
            Refusal::new(Reason::OvfReference)
                .what("no member has the name")
                .named(href),
        ),
    }
}

/// `my%20disk.vmdk`
fn unescaped(href: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = href.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = core::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// Members `name.000000000`, `name.000000001` and so on: all but the last have the same size.
fn chunks(file: &FileRef, chunk: u64, members: &Members) -> Result<FileView, DiskError> {
    let href = &file.href;
    let missing = || {
        let refusal = Refusal::new(Reason::OvfReference);
        refusal.what("a chunk is missing of").named(href)
    };
    let mut parts: Vec<View> = Vec::new();
    let mut names = Vec::new();
    let mut length = 0_u64;
    let mut is_last = false;
    loop {
        let name = format!("{href}.{:09}", parts.len());
        let Some(view) = members.get(&name) else {
            break;
        };
        // Only the last one is shorter.
        if is_last || view.length() > chunk || view.length() == 0 {
            let refusal = Refusal::new(Reason::TarSize).what("the size of the chunk");
            return refuse(refusal.named(&name));
        }
        is_last = view.length() < chunk;
        length = length.saturating_add(view.length());
        parts.push(view.clone());
        names.push(name);
    }
    let is_chunk = |name: &&String| {
        let number = name.strip_prefix(href).and_then(|it| it.strip_prefix('.'));
        number.is_some_and(|it| it.len() == 9 && it.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let all: BTreeSet<_> = members.keys().filter(is_chunk).collect();
    if parts.is_empty() || all.len() != parts.len() {
        return refuse(missing());
    }
    // Nothing else tells that the last ones are missing.
    if file.size.is_some_and(|size| size != length) {
        return refuse(missing());
    }
    let view = View::whole(Arc::new(Chunks { parts, length }))?;
    Ok(FileView { view, names })
}

/// Parts of a source that read as one.
struct Chunks {
    parts: Vec<View>,
    length: u64,
}

impl ReadAt for Chunks {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut at = at;
        for part in &self.parts {
            if at < part.length() {
                return part.read_at(buffer, at);
            }
            at = at.saturating_sub(part.length());
        }
        Ok(0)
    }

    fn state(&self) -> io::Result<SourceState> {
        Ok(SourceState {
            length: self.length,
            changed: None,
        })
    }
}
