//! Which role allows what.

use atlas_scope::{Permission, Role, RoleTable};
use std::fmt::Write as _;

#[test]
fn s07_one_table_holds_what_the_built_in_roles_allow() {
    let table = RoleTable::built_in();
    let mut text = String::new();
    for role in table.roles() {
        let more: Vec<_> = table
            .permissions(role)
            .filter(|permission| !permission.is_view())
            .map(Permission::as_str)
            .collect();
        writeln!(text, "{role}: {}", more.join(" ")).unwrap();
    }
    insta::assert_snapshot!(text);
}

#[test]
fn s07_every_role_includes_view() {
    let table = RoleTable::built_in().with("auditor".parse().unwrap(), []);
    for role in table.roles() {
        for permission in Permission::all().filter(|permission| permission.is_view()) {
            assert!(table.allows(role, permission), "{role} allows {permission}");
        }
    }
    assert_eq!(
        table
            .permissions(&Role::OBSERVER)
            .find(|permission| !permission.is_view()),
        None
    );
}

#[test]
fn s07_resolving_is_view_and_launching_is_actor() {
    let table = RoleTable::built_in();
    assert!(table.allows(&Role::OBSERVER, Permission::MciView));
    assert!(Permission::MciView.action().contains("resolve"));
    let launchers: Vec<_> = table.roles_with(Permission::Launch).cloned().collect();
    assert_eq!(launchers, [Role::ACTOR, Role::ADMIN]);
}

#[test]
fn s07_admin_alone_grants_and_accepts_and_may_do_everything() {
    let table = RoleTable::built_in();
    for permission in [Permission::GrantManage, Permission::InvitationAccept] {
        let roles: Vec<_> = table.roles_with(permission).cloned().collect();
        assert_eq!(roles, [Role::ADMIN], "{permission}");
    }
    assert!(Permission::all().all(|permission| table.allows(&Role::ADMIN, permission)));
}

#[test]
fn s07_a_host_program_can_supply_its_own_table() {
    let builder: Role = "builder".parse().unwrap();
    let table = RoleTable::empty().with(builder.clone(), [Permission::DiskImport]);
    assert!(table.knows(&builder) && !table.knows(&Role::ADMIN));
    assert!(table.allows(&builder, Permission::DiskImport));
    assert!(!table.allows(&Role::ADMIN, Permission::DiskImport));
    assert_eq!(table.roles().collect::<Vec<_>>(), [&builder]);

    let narrowed = RoleTable::built_in().with(Role::DESIGNER, [Permission::MciEdit]);
    assert!(!narrowed.allows(&Role::DESIGNER, Permission::MciCommit));
    assert_eq!(RoleTable::default(), RoleTable::built_in());
}

#[test]
fn a_text_of_a_permission_is_used_once() {
    let mut texts: Vec<_> = Permission::all().map(Permission::as_str).collect();
    let all = texts.len();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), all);
}

#[test]
fn s07_a_second_table_says_what_commands_and_ec2_actions_need() {
    let table = atlas_scope::OperationTable::built_in();
    for (operation, needs) in [
        ("image register", Permission::ImageRegister),
        ("RegisterImage", Permission::ImageRegister),
        ("DescribeImages", Permission::ImageView),
        ("DeregisterImage", Permission::ImageDelete),
        ("ModifyImageAttribute", Permission::ImageEdit),
        (
            "ModifyImageAttribute:launchPermission",
            Permission::ImageLaunchPermission,
        ),
        ("ResetImageAttribute", Permission::ImageLaunchPermission),
        ("CreateImage", Permission::ImageBundle),
        ("group invite", Permission::GroupManage),
        ("group accept", Permission::InvitationAccept),
    ] {
        assert_eq!(table.needs(operation), Some(needs), "{operation}");
    }
    assert_eq!(table.needs("image.register"), None);
    assert_eq!(table.needs("registerimage"), None);
    // A host brings its own.
    let own = atlas_scope::OperationTable::empty().with("bake", Permission::ImageBundle);
    assert_eq!(own.needs("bake"), Some(Permission::ImageBundle));
    assert_eq!(own.operations().count(), 1);
    assert!(table.operations().count() > 60);
}
