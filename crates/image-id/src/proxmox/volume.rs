//! Volumes of storages.

use super::disk::{ProxmoxDisk, bare, owned};
use crate::scan::{Class, Cursor, Flaw, Piece, Rule};
use core::fmt;

/// A volume id, `STORAGE:VOLUME`, as it stands in a text that somebody else owns.
///
/// The storage has 2 to 255 letters, digits, `.`, `-` and `_`; it begins with a letter and ends with a
/// letter or digit. The volume is `iso/FILE`, `vztmpl/FILE`, `import/FILE`, `snippets/FILE` (a file name
/// has at most 255 bytes) or a disk: `vm-100-disk-0`, `100/vm-100-disk-0.qcow2`, or a linked clone with
/// its base before it (pve-storage, `parse_volume_id` and `parse_volname`).
#[derive(Clone, Copy)]
pub struct ProxmoxVolumeRef<'a> {
    storage: &'a str,
    volume: &'a str,
    name: &'a str,
    form: Form,
}

#[derive(Clone, Copy)]
enum Form {
    File(ProxmoxContent),
    Disk(ProxmoxDisk),
}

/// What a volume is, in the words of Proxmox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ProxmoxContent {
    /// `iso`: an installation medium, `.iso` or `.img`.
    Iso,
    /// `vztmpl`: a template of a container, `.tar` and how it is packed.
    ContainerTemplate,
    /// `import`: a disk or an appliance to make a machine from.
    Import,
    /// `snippets`: a file of any sort.
    Snippet,
    /// `images`: a disk of a machine, container or template.
    Disk,
}

impl<'a> ProxmoxVolumeRef<'a> {
    pub(super) fn scan(mut cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let whole = cursor.rest();
        let storage = cursor
            .part(&STORAGE)
            .map_err(|flaw| no_volume(whole, flaw))?;
        if storage.len() < 2 || !cursor.eat(":") {
            return Err(no_volume(whole, Flaw::found(cursor.at(), STORAGE.expected)));
        }
        let volume = cursor.rest();
        let (name, form) = read(cursor)?;
        Ok(Self {
            storage,
            volume: volume.text,
            name,
            form,
        })
    }

    /// The id of the storage, `local`.
    pub fn storage(self) -> &'a str {
        self.storage
    }

    /// What stands behind the storage and its colon.
    pub fn volume(self) -> &'a str {
        self.volume
    }

    /// What it is.
    pub fn content(self) -> ProxmoxContent {
        match self.form {
            Form::File(content) => content,
            Form::Disk(_) => ProxmoxContent::Disk,
        }
    }

    /// The name of the file or disk. A disk inside an appliance has the appliance before it:
    /// `a.ova/disk.vmdk`.
    pub fn name(self) -> &'a str {
        self.name
    }

    /// The disk, unless it is a file.
    pub fn disk(self) -> Option<ProxmoxDisk> {
        match self.form {
            Form::File(_) => None,
            Form::Disk(disk) => Some(disk),
        }
    }

    /// The base volume, where the disk is a linked clone and its id says so: `base-9000-disk-0`, or
    /// `9000/base-9000-disk-0.qcow2`.
    pub fn base(self) -> Option<&'a str> {
        let above = self.volume.strip_suffix(self.name)?.strip_suffix('/')?;
        self.disk()?;
        match above.rsplit_once('/') {
            // The owner's directory stands between.
            Some((base, _)) => Some(base),
            None => above.starts_with('b').then_some(above),
        }
    }
}

/// `STORAGE:VOLUME`
impl fmt::Display for ProxmoxVolumeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.storage)?;
        f.write_str(":")?;
        f.write_str(self.volume)
    }
}

impl fmt::Debug for ProxmoxVolumeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl ProxmoxContent {
    /// The word that Proxmox has for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Iso => "iso",
            Self::ContainerTemplate => "vztmpl",
            Self::Import => "import",
            Self::Snippet => "snippets",
            Self::Disk => "images",
        }
    }
}

impl fmt::Display for ProxmoxContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Reads what stands behind the storage: the name and what it names.
fn read(mut cursor: Cursor<'_>) -> Result<(&str, Form), Flaw> {
    if matches!(cursor.peek(), Some(b'0'..=b'9')) {
        return owned(cursor).map(|(name, disk)| (name, Form::Disk(disk)));
    }
    let start = cursor;
    let content = if cursor.eat("iso/") {
        ProxmoxContent::Iso
    } else if cursor.eat("vztmpl/") {
        ProxmoxContent::ContainerTemplate
    } else if cursor.eat("import/") {
        return imported(cursor);
    } else if cursor.eat("snippets/") {
        ProxmoxContent::Snippet
    } else {
        return bare(start).map(|(name, disk)| (name, Form::Disk(disk)));
    };
    let name = cursor.part(&FILE)?;
    let missing = match content {
        ProxmoxContent::Iso if !ends(name, &[".iso", ".img"]) => {
            Some("a name that ends in `.iso` or `.img`")
        }
        ProxmoxContent::ContainerTemplate if !ends(name, TEMPLATES) => {
            Some("a name that ends in `.tar`, `.tar.gz`, `.tar.xz`, `.tar.zst` or `.tar.bz2`")
        }
        _ => None,
    };
    if let Some(expected) = missing {
        return Err(Flaw::found(cursor.at(), expected));
    }
    cursor.end(FILE.expected)?;
    Ok((name, Form::File(content)))
}

/// Whether a name has one of these extensions, in any case.
fn ends(name: &str, extensions: &[&str]) -> bool {
    extensions.iter().any(|extension| {
        let at = name.len().checked_sub(extension.len());
        at.and_then(|at| name.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(extension))
    })
}

/// Reads `FILE.qcow2`, or `FILE.ova/DISK.vmdk`: a disk inside an appliance. Their bytes are fewer
/// than those of other files, their extensions in lower case.
fn imported(mut cursor: Cursor<'_>) -> Result<(&str, Form), Flaw> {
    const DISKS: &[&str] = &[".qcow2", ".raw", ".vmdk"];
    const FILE: &str = "a name that ends in `.ova`, `.ovf`, `.qcow2`, `.raw` or `.vmdk`";
    const DISK: &str = "a name that ends in `.qcow2`, `.raw` or `.vmdk`";
    let has = |name: &str, extensions: &[&str]| extensions.iter().any(|end| name.ends_with(end));
    let whole = cursor.rest();
    let file = safe_name(&mut cursor)?;
    if has(file, &[".ova"]) && cursor.eat("/") {
        let disk = safe_name(&mut cursor)?;
        if !has(disk, DISKS) {
            return Err(Flaw::found(cursor.at(), DISK));
        }
        cursor.end(DISK)?;
    } else {
        if !has(file, DISKS) && !has(file, &[".ova", ".ovf"]) {
            return Err(Flaw::found(cursor.at(), FILE));
        }
        cursor.end(FILE)?;
    }
    Ok((whole.text, Form::File(ProxmoxContent::Import)))
}

fn safe_name<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, Flaw> {
    const EXPECTED: &str = "a file name of letters, digits, blanks, `.`, `-`, `_`, `+` and `=`";
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b" .-_+=".contains(&byte);
    let name = cursor.take(FILE.inner);
    let judged = FILE.judge(name, *cursor);
    match name.misfit(is_safe) {
        None => judged.map(|()| name.text),
        Some(at) => Err(judged
            .err()
            .filter(|flaw| flaw.at <= at)
            .unwrap_or_else(|| Flaw::found(at, EXPECTED))),
    }
}

#[cold]
fn no_volume(whole: Piece<'_>, flaw: Flaw) -> Flaw {
    let text = whole.text;
    if text.starts_with('/') {
        flaw.hint("this is a path of a node: give the volume as `pvesm list` prints it")
    } else if text.contains("-disk-") && !text.contains(':') {
        flaw.hint("a volume begins with its storage, `STORAGE:`")
    } else {
        flaw
    }
}

const TEMPLATES: &[&str] = &[".tar.zst", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar"];

const STORAGE: Rule = Rule {
    part: "storage id",
    most: 255,
    first: Class::LOWER.or(Class::UPPER),
    inner: Class::WORD,
    last: Class::ALPHANUMERIC,
    expected: "a VMID, or a volume `STORAGE:VOLUME` whose storage has at least two letters, digits, `.`, `-` or `_`, beginning with a letter, ending with a letter or digit",
};

const FILE: Rule = Rule {
    part: "file name",
    most: 255,
    first: Class::VISIBLE.but(Class::DOT),
    inner: Class::VISIBLE.or(Class::BLANK),
    last: Class::VISIBLE,
    expected: "the name of a file in this directory, of printable ASCII characters, not beginning with `.`",
};
