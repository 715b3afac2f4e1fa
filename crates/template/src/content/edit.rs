//! Changes of the HEAD of a ServerTemplate, as values.

use super::{LinkTarget, Phase, ScriptRef, TemplateContent};
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_mci::Description;

/// One change of HEAD.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateEdit {
    /// Names it anew.
    SetName(Name),
    /// Describes it anew.
    SetDescription(Description),
    /// Links a MultiCloud Image that is not linked yet. The first one becomes the default
    /// (RightScale).
    Link {
        /// Its lineage.
        lineage: LineageId,
        /// Which of its states.
        target: LinkTarget,
    },
    /// Changes which state a link means; whether it is the default stays (RightScale).
    Retarget {
        /// The lineage.
        lineage: LineageId,
        /// Which of its states from now on.
        target: LinkTarget,
    },
    /// Takes a link away: neither the default one nor the last one (RightScale).
    Unlink {
        /// The lineage.
        lineage: LineageId,
    },
    /// Makes a link the default.
    MakeDefault {
        /// The lineage.
        lineage: LineageId,
    },
    /// Gives a phase these scripts in place of those it has; none empties it.
    SetScripts {
        /// The phase.
        phase: Phase,
        /// The scripts, in the order in which they run.
        scripts: Vec<ScriptRef>,
    },
    /// Adds a script to a phase.
    AddScript {
        /// The phase.
        phase: Phase,
        /// The script.
        script: ScriptRef,
        /// Its place from then on, counted from 1; none puts it last.
        place: Option<usize>,
    },
    /// Takes a script out of a phase.
    RemoveScript {
        /// The phase.
        phase: Phase,
        /// Its place, counted from 1.
        place: usize,
    },
}

impl TemplateEdit {
    /// Links a lineage at one of its states.
    pub fn link(lineage: LineageId, target: LinkTarget) -> Self {
        Self::Link { lineage, target }
    }
}

/// Why an edit was refused; HEAD is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateEditError {
    /// A lineage is linked at most once (RightScale).
    #[error("{lineage} is linked already, at `{target}`: change which revision the link means")]
    AlreadyLinked {
        /// Which.
        lineage: LineageId,
        /// At which of its states.
        target: LinkTarget,
    },
    /// There is no such link.
    #[error("{lineage} is not linked{}", list("; there are links to ", .known))]
    NotLinked {
        /// Which.
        lineage: LineageId,
        /// What is linked.
        known: Vec<LineageId>,
    },
    /// The default link stays (RightScale).
    #[error("{lineage} is the default: make another link the default before this one goes")]
    DefaultLink {
        /// Which.
        lineage: LineageId,
    },
    /// The last link stays (RightScale).
    #[error(
        "{lineage} is the last link, and a ServerTemplate has at least one: link another and make it the default before this one goes"
    )]
    LastLink {
        /// Which.
        lineage: LineageId,
    },
    /// It is the default (RightScale).
    #[error("{lineage} is already the default")]
    AlreadyDefault {
        /// Which.
        lineage: LineageId,
    },
    /// There is no script at that place.
    #[error("there is no place {place} in the phase {phase}, which has {count} script{}: places count from 1", if *.count == 1 { "" } else { "s" })]
    NoPlace {
        /// The phase.
        phase: Phase,
        /// The place.
        place: usize,
        /// How many scripts the phase has.
        count: usize,
    },
    /// A content holds no more of them.
    #[error("{found} {what} are too many, a ServerTemplate holds at most {limit}: split it")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
        /// How many there would be.
        found: usize,
    },
}

/// At most eight of the lineages, for a message.
fn list(before: &str, lineages: &[LineageId]) -> String {
    if lineages.is_empty() {
        return String::new();
    }
    let shown: Vec<_> = lineages.iter().take(8).map(ToString::to_string).collect();
    let more = if lineages.len() > shown.len() {
        ", …"
    } else {
        ""
    };
    format!("{before}{}{more}", shown.join(", "))
}

impl TemplateContent {
    /// This content after some edits, in their order: all of them or none.
    ///
    /// # Errors
    ///
    /// The first edit that cannot be made.
    pub fn edited(
        &self,
        edits: impl IntoIterator<Item = TemplateEdit>,
    ) -> Result<Self, TemplateEditError> {
        let mut content = self.clone();
        for edit in edits {
            content.edit(edit)?;
        }
        content.limited()?;
        Ok(content)
    }

    /// Checks the limits.
    pub(super) fn limited(&self) -> Result<(), TemplateEditError> {
        let scripts = self.scripts.values().map(Vec::len).max().unwrap_or(0);
        for (what, limit, found) in [
            ("links", Self::MAX_LINKS, self.links.len()),
            ("scripts in one phase", Self::MAX_SCRIPTS, scripts),
        ] {
            if found > limit {
                return Err(TemplateEditError::TooMany { what, limit, found });
            }
        }
        Ok(())
    }

    fn edit(&mut self, edit: TemplateEdit) -> Result<(), TemplateEditError> {
        match edit {
            TemplateEdit::SetName(name) => self.name = name,
            TemplateEdit::SetDescription(description) => self.description = description,
            TemplateEdit::Link { lineage, target } => {
                if let Some(target) = self.links.get(&lineage) {
                    let target = target.clone();
                    return Err(TemplateEditError::AlreadyLinked { lineage, target });
                }
                self.links.insert(lineage, target);
                self.default.get_or_insert(lineage);
            }
            TemplateEdit::Retarget { lineage, target } => {
                self.linked(lineage)?;
                self.links.insert(lineage, target);
            }
            TemplateEdit::Unlink { lineage } => {
                self.linked(lineage)?;
                if self.links.len() == 1 {
                    return Err(TemplateEditError::LastLink { lineage });
                }
                if self.default == Some(lineage) {
                    return Err(TemplateEditError::DefaultLink { lineage });
                }
                self.links.remove(&lineage);
            }
            TemplateEdit::MakeDefault { lineage } => {
                self.linked(lineage)?;
                if self.default == Some(lineage) {
                    return Err(TemplateEditError::AlreadyDefault { lineage });
                }
                self.default = Some(lineage);
            }
            TemplateEdit::SetScripts { phase, scripts } => self.set_scripts(phase, scripts),
            TemplateEdit::AddScript {
                phase,
                script,
                place,
            } => {
                let mut scripts = self.scripts(phase).to_vec();
                let place = place.unwrap_or(scripts.len() + 1);
                let at = place.checked_sub(1).filter(|at| *at <= scripts.len());
                let at = at.ok_or(self.no_place(phase, place))?;
                scripts.insert(at, script);
                self.set_scripts(phase, scripts);
            }
            TemplateEdit::RemoveScript { phase, place } => {
                let mut scripts = self.scripts(phase).to_vec();
                let at = place.checked_sub(1).filter(|at| *at < scripts.len());
                let at = at.ok_or(self.no_place(phase, place))?;
                scripts.remove(at);
                self.set_scripts(phase, scripts);
            }
        }
        Ok(())
    }

    pub(crate) fn set_scripts(&mut self, phase: Phase, scripts: Vec<ScriptRef>) {
        if scripts.is_empty() {
            self.scripts.remove(&phase);
        } else {
            self.scripts.insert(phase, scripts);
        }
    }

    fn linked(&self, lineage: LineageId) -> Result<(), TemplateEditError> {
        if self.links.contains_key(&lineage) {
            Ok(())
        } else {
            let known = self.links.keys().copied().collect();
            Err(TemplateEditError::NotLinked { lineage, known })
        }
    }

    fn no_place(&self, phase: Phase, place: usize) -> TemplateEditError {
        let count = self.scripts(phase).len();
        TemplateEditError::NoPlace {
            phase,
            place,
            count,
        }
    }
}
