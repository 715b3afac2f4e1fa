//! Reading a path without allocating.

use super::{
    GceProjectRef, GcpImageId, GcpKind, host,
    part::{self, FAMILY, IMAGE, MACHINE_IMAGE, ZONE},
};
use crate::{
    IdKind, Stability,
    scan::{Cursor, Flaw, Piece},
    text::shared,
};
use core::fmt;

/// [`GcpImageId`] as it stands in a text that somebody else owns.
///
/// It keeps the spelling, so it does not compare: compare owned ids, or what both display.
#[derive(Clone, Copy)]
pub struct GcpImageIdRef<'a> {
    /// The canonical text, where it is a part of the given one.
    plain: Option<&'a str>,
    project: Option<GceProjectRef<'a>>,
    zone: &'a str,
    name: &'a str,
    kind: GcpKind,
}

impl<'a> GcpImageIdRef<'a> {
    pub(crate) fn scan(mut cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let has_host = host::eat(&mut cursor)?;
        let start = cursor;
        if cursor.eat("projects/") {
            let project = GceProjectRef::take(&mut cursor)?;
            return Self::resource(cursor, Some(project), Some(start));
        }
        if has_host {
            let path = cursor.rest();
            return Err(path.differs("projects/", "`projects/`"));
        }
        if cursor.eat("family/") {
            let name = cursor.take(FAMILY.inner);
            // A project may be called `family`: then its word `global` follows.
            if name.text != "global" || cursor.peek() != Some(b'/') {
                FAMILY.judge(name, cursor)?;
                cursor.end(FAMILY.expected)?;
                return Ok(Self::global(GcpKind::Family, None, name.text, None));
            }
            cursor = start;
        }
        if cursor.rest().text.starts_with("global/images/") {
            return Self::resource(cursor, None, Some(start));
        }
        // Scalr's form leaves `projects/` out.
        match GceProjectRef::take(&mut cursor) {
            Ok(project) if cursor.rest().text.starts_with("global/") => {
                Self::resource(cursor, Some(project), None)
            }
            Ok(_) => Err(part::unknown(start.rest())),
            Err(flaw) => Err(no_scalr(start.rest(), flaw)),
        }
    }

    /// Reads what follows the project; `whole` is where a canonical text would begin.
    fn resource(
        mut cursor: Cursor<'a>,
        project: Option<GceProjectRef<'a>>,
        whole: Option<Cursor<'a>>,
    ) -> Result<Self, Flaw> {
        let plain = whole.map(|whole| whole.rest().text);
        if cursor.eat("global/images/") {
            // An image may be named `family`; only a slash behind the word makes a family.
            if cursor.eat("family/") {
                let name = cursor.part(&FAMILY)?;
                cursor.end(FAMILY.expected)?;
                return Ok(Self::global(GcpKind::Family, project, name, plain));
            }
            let name = part::name_or_number(cursor, &IMAGE)?;
            return Ok(Self::global(GcpKind::Image, project, name, plain));
        }
        if cursor.eat("global/machineImages/") {
            let name = part::name_or_number(cursor, &MACHINE_IMAGE)?;
            return Ok(Self::global(GcpKind::MachineImage, project, name, plain));
        }
        if cursor.eat("zones/") {
            let zone = cursor.part(&ZONE)?;
            if !cursor.eat("/imageFamilyViews/") {
                return Err(cursor.rest().differs("/imageFamilyViews/", VIEW_WORD));
            }
            let name = cursor.part(&FAMILY)?;
            cursor.end(FAMILY.expected)?;
            return Ok(Self {
                zone,
                ..Self::global(GcpKind::FamilyView, project, name, plain)
            });
        }
        Err(part::wrong_collection(cursor.rest(), project))
    }

    fn global(
        kind: GcpKind,
        project: Option<GceProjectRef<'a>>,
        name: &'a str,
        plain: Option<&'a str>,
    ) -> Self {
        Self {
            plain,
            project,
            zone: "",
            name,
            kind,
        }
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> GcpImageId {
        GcpImageId {
            text: shared(self.plain, self),
            kind: self.kind,
        }
    }

    /// The canonical text, if the given one holds it as a whole.
    pub fn plain(self) -> Option<&'a str> {
        self.plain
    }

    /// The id with this project where it has none; itself otherwise.
    #[must_use = "the id itself stays as it is"]
    pub fn with_default_project(self, project: GceProjectRef<'a>) -> Self {
        match self.project {
            Some(_) => self,
            None => Self {
                plain: None,
                project: Some(project),
                ..self
            },
        }
    }

    /// What sort of thing the path names.
    pub fn form(self) -> GcpKind {
        self.kind
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        self.kind.kind(self.project.is_some())
    }

    /// Whether it always means the same image.
    pub fn stability(self) -> Stability {
        self.kind.stability(self.project.is_some())
    }

    /// The project, unless the path leaves it to a default.
    pub fn project(self) -> Option<GceProjectRef<'a>> {
        self.project
    }

    /// The zone of a family view.
    pub fn zone(self) -> Option<&'a str> {
        Some(self.zone).filter(|zone| !zone.is_empty())
    }

    /// The name or number of the image, or the name of the family.
    pub fn name(self) -> &'a str {
        self.name
    }
}

/// What is wrong with a text that begins with no project, though only one could begin it.
#[cold]
fn no_scalr(path: Piece<'_>, flaw: Flaw) -> Flaw {
    let is_scalr = path.text.contains("/global/") && path.strip_any_case("projects/").is_none();
    if path.text.contains("://") {
        host::wrong(path)
    } else if is_scalr && !path.text.starts_with('/') {
        flaw
    } else {
        part::unknown(path)
    }
}

/// The canonical text.
impl fmt::Display for GcpImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(plain) = self.plain {
            return f.write_str(plain);
        }
        if let Some(project) = self.project {
            f.write_str("projects/")?;
            f.write_str(project.as_str())?;
            f.write_str("/")?;
        }
        match self.kind {
            GcpKind::Image => f.write_str("global/images/")?,
            GcpKind::Family => f.write_str("global/images/family/")?,
            GcpKind::MachineImage => f.write_str("global/machineImages/")?,
            GcpKind::FamilyView => {
                f.write_str("zones/")?;
                f.write_str(self.zone)?;
                f.write_str("/imageFamilyViews/")?;
            }
        }
        f.write_str(self.name)
    }
}

const VIEW_WORD: &str = "`/imageFamilyViews/` and a family";
