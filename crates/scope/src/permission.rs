//! Everything that can be allowed.

use crate::ParsePermissionError;
use atlas_base::{quoted, text_form};
use core::fmt;
use std::collections::BTreeSet;

macro_rules! permissions {
    ($($name:ident $text:literal $action:literal;)*) => {
        /// Something that a role can allow; the text form is `noun.verb`, or the verb alone.
        ///
        /// Order is the order of the table, by noun; which role allows what is in
        /// [`RoleTable`](crate::RoleTable).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Permission {
            $(#[doc = concat!("`", $text, "`: ", $action, ".")] $name,)*
        }

        impl Permission {
            /// Every permission there is, in order.
            pub fn all() -> impl Iterator<Item = Self> {
                [$(Self::$name),*].into_iter()
            }

            /// The text form, such as `image.register`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// What it lets one do, in words that go after "may": `register images`.
            pub fn action(self) -> &'static str {
                match self {
                    $(Self::$name => $action,)*
                }
            }
        }
    };
}

permissions! {
    ScopeView "scope.view" "see scopes";
    ScopeManage "scope.manage" "add and remove scopes";
    PrincipalView "principal.view" "see principals";
    PrincipalManage "principal.manage" "add and remove principals";
    GrantView "grant.view" "see grants";
    GrantManage "grant.manage" "grant and revoke roles";
    AccessKeyView "access-key.view" "see the access keys of others";
    AccessKeyManage "access-key.manage" "make, change and remove the access keys of others";
    EventView "event.view" "read the audit trail";
    CredentialView "credential.view" "see cloud credentials";
    CredentialManage "credential.manage" "add and remove cloud credentials";
    ImageView "image.view" "see images";
    ImageRegister "image.register" "register images";
    ImageEdit "image.edit" "edit image records";
    ImageDeprecate "image.deprecate" "deprecate images and take that back";
    ImageDisable "image.disable" "disable, revoke and enable images";
    ImageDelete "image.delete" "delete, protect and restore image records";
    ImageCopy "image.copy" "copy images to other locations";
    ImageBundle "image.bundle" "bundle images from servers";
    ImageLaunchPermission "image.launch-permission" "change who may launch an image";
    RoleMapView "role-map.view" "see role maps";
    RoleMapEdit "role-map.edit" "edit role maps";
    MciView "mci.view" "see MultiCloud Images and resolve them";
    MciCreate "mci.create" "create MultiCloud Images";
    MciEdit "mci.edit" "edit the HEAD of MultiCloud Images";
    MciCommit "mci.commit" "commit MultiCloud Images";
    MciClone "mci.clone" "clone MultiCloud Images";
    MciDiff "mci.diff" "compare MultiCloud Images";
    MciMerge "mci.merge" "merge MultiCloud Images";
    MciMark "mci.mark" "deprecate, revoke and restore revisions of MultiCloud Images";
    MciDelete "mci.delete" "delete MultiCloud Images";
    TemplateView "template.view" "see ServerTemplates and resolve them";
    TemplateCreate "template.create" "create ServerTemplates";
    TemplateEdit "template.edit" "edit the HEAD of ServerTemplates";
    TemplateCommit "template.commit" "commit ServerTemplates";
    TemplateClone "template.clone" "clone ServerTemplates";
    TemplateDiff "template.diff" "compare ServerTemplates";
    TemplateMerge "template.merge" "merge ServerTemplates";
    TemplateMark "template.mark" "deprecate, revoke and restore revisions of ServerTemplates";
    TemplateDelete "template.delete" "delete ServerTemplates";
    ChannelView "channel.view" "see channels";
    ChannelAssign "channel.assign" "assign channels and roll them back";
    ChannelRestrict "channel.restrict" "restrict channels and move restricted ones";
    ReleaseView "release.view" "see releases";
    ReleaseAssign "release.assign" "give revisions a release number";
    LockView "lock.view" "see registered locks";
    LockRegister "lock.register" "register locks";
    PolicyView "policy.view" "see the policies of resolution";
    PolicyManage "policy.manage" "change the policies of resolution";
    ServerView "server.view" "see deployments and server definitions";
    ServerManage "server.manage" "change deployments and server definitions";
    Launch "launch" "launch servers";
    WorkView "work.view" "see work orders";
    WorkReport "work.report" "take work orders and report on them";
    DiskView "disk.view" "see disk images in the repository";
    DiskImport "disk.import" "bring disk images into the repository";
    DiskExport "disk.export" "take disk images out of the repository";
    DiskDelete "disk.delete" "delete disk images from the repository";
    MarketView "market.view" "see publications, account groups and imports";
    Import "import" "subscribe to publications, import them and update imports";
    Publish "publish" "publish revisions";
    PublicationDeprecate "publication.deprecate" "deprecate and reactivate publications";
    GroupManage "group.manage" "create account groups, invite accounts and end memberships";
    InvitationAccept "invitation.accept" "accept invitations to account groups";
}

impl Permission {
    /// What it is about: `image` of `image.register`; the verb itself where there is no noun.
    pub fn noun(self) -> &'static str {
        noun(self.as_str())
    }

    /// Whether it only lets one look.
    pub fn is_view(self) -> bool {
        self.as_str()
            .split_once('.')
            .is_some_and(|(_, verb)| verb == "view")
    }

    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// There is no such permission; the message lists those of the same noun, or the nouns.
    pub fn parse(text: &str) -> Result<Self, ParsePermissionError> {
        if let Some(found) = Self::all().find(|permission| permission.as_str() == text) {
            return Ok(found);
        }
        let same_noun: Vec<_> = Self::all()
            .filter(|permission| permission.noun() == noun(text))
            .map(Self::as_str)
            .collect();
        let shown = quoted(text);
        Err(if same_noun.is_empty() {
            let nouns: BTreeSet<_> = Self::all().map(Self::noun).collect();
            let nouns = nouns.into_iter().collect::<Vec<_>>().join(", ");
            let message = format_args!("{shown} is no permission: it begins with one of {nouns}");
            ParsePermissionError::new(0, message)
        } else {
            let message = format_args!(
                "{shown} is no permission: expected one of {}",
                same_noun.join(", ")
            );
            ParsePermissionError::new(noun(text).len(), message)
        })
    }
}

fn noun(text: &str) -> &str {
    text.split_once('.').map_or(text, |(noun, _)| noun)
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(Permission, ParsePermissionError);
