//! VMware ids: their parts, their spellings, and where texts that are none go wrong.

use atlas_image_id::{
    Cloud, IdKind, ImageId, InstanceUuid, LibraryItem, LibraryItemRef, Reason, TemplatePath,
    TemplatePathRef, VmMoref, VmMorefRef, VmwareImageId, VmwareImageIdRef,
};
use std::hash::{DefaultHasher, Hash, Hasher};

#[track_caller]
fn refused(text: &str) -> (usize, Reason, Option<String>) {
    let error = ImageId::parse(Cloud::Vmware, text).unwrap_err();
    (error.at(), error.reason(), error.hint().map(str::to_owned))
}

#[test]
fn a_path_has_its_datacenter_folders_and_name() {
    for (text, above, datacenter, folders, name) in [
        ("/DC/vm/x", "/DC", "DC", &[][..], "x"),
        ("/DC/vm/a/b/x", "/DC", "DC", &["a", "b"], "x"),
        ("/f/g/DC/vm/a/x", "/f/g/DC", "DC", &["a"], "x"),
        ("/vm/vm/x", "/vm", "vm", &[], "x"),
        ("/vm/vm/vm", "/vm", "vm", &[], "vm"),
        // The first `vm` behind a name is the folder.
        ("/f/vm/vm/x", "/f", "f", &["vm"], "x"),
        ("/DC/vm/host/datastore", "/DC", "DC", &["host"], "datastore"),
        ("/D C/vm/a%5cb/100%25", "/D C", "D C", &["a%5cb"], "100%25"),
    ] {
        let view = TemplatePathRef::parse(text).unwrap();
        let path = view.into_owned();
        assert_eq!(path.as_str(), text);
        assert_eq!(
            (view.datacenter_path(), view.datacenter()),
            (above, datacenter)
        );
        assert_eq!(
            (path.datacenter_path(), path.datacenter()),
            (above, datacenter)
        );
        assert_eq!(view.folders().collect::<Vec<_>>(), folders, "{text}");
        assert_eq!(path.folders().collect::<Vec<_>>(), folders, "{text}");
        assert!(path.folders().rev().eq(folders.iter().rev().copied()));
        assert_eq!((view.name(), path.name()), (name, name));
        assert_eq!(path.to_string(), format!("{view}"));
        assert_eq!(format!("{path:?}"), format!("{view:?}"));
    }
}

#[test]
fn an_item_has_its_library_and_name() {
    let view = LibraryItemRef::parse("/Content Library 1/a%2Fb").unwrap();
    assert_eq!(
        (view.library(), view.item()),
        ("Content Library 1", "a%2Fb")
    );
    let item = view.into_owned();
    assert_eq!(
        (item.library(), item.item()),
        ("Content Library 1", "a%2fb")
    );
    assert_eq!(item.as_str(), "/Content Library 1/a%2fb");
    assert_eq!(item.readable().to_string(), "a/b");
    assert_eq!(view.readable().to_string(), "a/b");
}

#[test]
fn escapes_are_kept_in_lower_case_and_undone_for_people() {
    for (text, canonical, readable) in [
        ("/DC/vm/a%2Fb", "/DC/vm/a%2fb", "a/b"),
        ("/DC/vm/a%5Cb%5c", "/DC/vm/a%5cb%5c", "a\\b\\"),
        ("/DC/vm/100%25", "/DC/vm/100%25", "100%"),
        // Undone once: the percent sign begins no escape of its own.
        ("/DC/vm/%252F", "/DC/vm/%252F", "%2F"),
        ("/DC%2F1/vm/F/CF", "/DC%2f1/vm/F/CF", "CF"),
        (
            "/DC/vm/%2F%5C%25%2f%5c",
            "/DC/vm/%2f%5c%25%2f%5c",
            "/\\%/\\",
        ),
    ] {
        let path = TemplatePath::parse(text).unwrap();
        assert_eq!(path.as_str(), canonical);
        assert_eq!(TemplatePathRef::parse(text).unwrap().to_string(), canonical);
        assert_eq!(path.readable().to_string(), readable);
        assert_eq!(TemplatePath::parse(canonical).unwrap(), path);
    }
}

#[test]
fn references_have_one_spelling_and_numbers_are_text() {
    let moref = VmMoref::parse("vm-42").unwrap();
    assert_eq!(moref, VmMoref::parse("VirtualMachine:vm-42").unwrap());
    assert_eq!(
        (moref.as_str(), moref.value()),
        ("VirtualMachine:vm-42", "vm-42")
    );
    let view = VmMorefRef::parse("vm-42").unwrap();
    assert_eq!(
        (view.to_string(), view.value()),
        (moref.to_string(), "vm-42")
    );
    assert_eq!(
        (view.into_owned(), format!("{view:?}")),
        (moref, format!("{moref:?}"))
    );
    assert_ne!(VmMoref::parse("vm-02"), VmMoref::parse("vm-2"));
    let longest = VmMoref::parse("vm-9999999999999999999").unwrap();
    assert_eq!(longest.as_str(), "VirtualMachine:vm-9999999999999999999");
    assert!(VmMoref::parse("vm-12345678901234567890").is_err());
}

#[test]
fn an_instance_uuid_has_dashes() {
    let uuid = InstanceUuid::parse("0B7E48CE-EB45-4F35-86A8-7D1E31C47C3E").unwrap();
    assert_eq!(uuid.as_str(), "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e");
    let error = InstanceUuid::parse("0b7e48ceeb454f3586a87d1e31c47c3e").unwrap_err();
    assert_eq!(error.at(), 8);
    assert_eq!(error.suggestion(), Some(uuid.as_str()));
}

#[test]
fn each_form_is_read_alone_too() {
    let (path, item) = ("/DC/vm/x", "/library/item");
    assert!(TemplatePath::parse(path).is_ok() && LibraryItem::parse(item).is_ok());
    assert_eq!(TemplatePath::parse(item).unwrap_err().at(), 9);
    assert_eq!(LibraryItem::parse(path).unwrap_err().at(), 4);
    assert!(TemplatePath::parse("vm-42").is_err() && LibraryItem::parse("").is_err());
    assert!(VmMoref::parse(path).is_err() && InstanceUuid::parse("vm-42").is_err());
    let kinds = [
        ("vm-42", IdKind::Moref),
        (path, IdKind::TemplatePath),
        (item, IdKind::LibraryItem),
        ("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e", IdKind::InstanceUuid),
    ];
    for (text, kind) in kinds {
        let view = VmwareImageIdRef::parse(text).unwrap();
        assert_eq!((view.kind(), view.into_owned().kind()), (kind, kind));
        assert_eq!(view.to_string(), VmwareImageId::from(view).as_str());
        let stored = by_serde(view.into_owned().as_str());
        assert_eq!(stored, VmwareImageId::parse(text).unwrap());
    }
}

/// Reads a stored text by serde.
fn by_serde(text: &str) -> VmwareImageId {
    use serde::{Deserialize, de::IntoDeserializer};
    let text: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
        text.into_deserializer();
    VmwareImageId::deserialize(text).unwrap()
}

fn hash(id: &VmwareImageId) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[test]
fn names_compare_with_case_and_by_their_canonical_text() {
    let ids = [
        "/DC/vm/a",
        "/DC/vm/A",
        "/DC/vm/a%2Fb",
        "/DC/vm/a%2fb",
        "/DC/vm",
    ]
    .map(VmwareImageId::parse);
    let ids: Vec<_> = ids.into_iter().flatten().collect();
    assert_eq!(ids.len(), 4);
    assert_eq!((&ids[2], hash(&ids[2])), (&ids[3], hash(&ids[3])));
    assert!(ids[1] < ids[0] && ids[0] < ids[2]);
}

#[test]
fn the_first_wrong_byte_is_told() {
    for (text, at) in [
        ("vm-", 3),
        ("vm-4x", 4),
        ("vm42", 2),
        ("VM-42", 1),
        ("VirtualMachine", 14),
        ("VirtualMachine:", 15),
        ("VirtualMachine-vm-42", 14),
        ("VirtualMachine:host-12", 15),
        ("VirtualMachine:vm-42:x", 20),
        ("Virtualmachine:vm-42", 7),
        ("/", 1),
        ("//DC/vm/x", 1),
        ("/DC", 3),
        ("/DC/", 4),
        ("/DC/vm", 6),
        ("/DC/vm/", 7),
        ("/DC/vm/x/", 9),
        ("/DC/vm/a%", 9),
        ("/DC/vm/a%2", 10),
        ("/DC/vm/a%20b", 10),
        ("/DC/vm/a%5b", 10),
        ("/DC/vm/a%b", 9),
        ("/DC/vm/a%\u{e9}", 9),
        ("/DC/vm/a*b", 8),
        ("/DC/vm/a\\b", 8),
        ("/DC/vm/[ab]", 7),
        ("/DC/vm/ x", 7),
        ("/DC/vm /x", 6),
        ("/DC/vm/x /y", 8),
        ("/DC/vm/../x", 7),
        ("/DC/vm/...", 7),
        // A tree is left before what stands below it.
        ("/DC/host/a*b", 4),
        ("/DC/network", 4),
        // A name is left before the next one.
        ("/D*C/vm/a*b", 2),
        ("/DC/VM/x", 4),
        ("/a/b/c", 3),
        ("/vm/templates/x", 4),
        ("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3", 35),
        ("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3g", 35),
        ("0b7e48ceeb454f3586a87d1e31c47c3e", 8),
        ("0b7e48ceeb454f3586a87d!e31c47c3e", 8),
    ] {
        assert_eq!(refused(text).0, at, "{text:?}");
    }
}

#[test]
fn names_have_80_characters_at_most_and_an_escape_is_one() {
    let name = |count: usize| format!("/DC/vm/{}", "n".repeat(count));
    assert!(TemplatePath::parse(&name(80)).is_ok());
    let long = |found| Reason::TooLong {
        part: "name",
        found,
        most: 80,
    };
    let (at, reason, _) = refused(&name(81));
    assert_eq!((at, reason), (87, long(81)));
    let escapes = format!("/DC/vm/{}/{}", "%2F".repeat(80), "%25".repeat(80));
    assert!(TemplatePath::parse(&escapes).is_ok());
    let (at, reason, _) = refused(&format!("/DC/vm/{}x", "%5c".repeat(80)));
    assert_eq!((at, reason), (7 + 240, long(81)));
    // The length is wrong before what follows it.
    assert_eq!(refused(&format!("{}*%/", name(85))).0, 87);
    let number = format!("vm-{}x", "1".repeat(25));
    assert_eq!(refused(&number).0, 22);
    assert!(refused(&number).1.is_about_length());
}

#[test]
fn what_a_text_is_instead_is_said() {
    for (text, words) in [
        ("[datastore1] x/x.vmx", "a datastore's path"),
        ("ds:///vmfs/volumes/5f/x.vmx", "a datastore's address"),
        ("https://vc.example/sdk", "an address is no id"),
        ("https://vc.example/mob/?moid=vm-4", "out of the address"),
        ("/DC/vm/a%20b", "not encoded as addresses are: `/DC/vm/a b`"),
        (
            "/DC/vm/100%",
            "write `%25` for a percent sign: `/DC/vm/100%25`",
        ),
        ("VirtualMachine:host-12", "a host"),
        ("HostSystem:host-12", "a host"),
        ("HostSystem:vm-12", "the type of a template"),
        ("domain-c8", "it belongs to the location"),
        ("group-v3", "a folder"),
        ("group-p3", "a cluster of datastores"),
        ("resgroup-v3", "a vApp"),
        ("rhel9", "a bare name is ambiguous"),
        ("vm-template", "a bare name is ambiguous"),
        ("VM-7", "write `vm-` in lower case: `vm-7`"),
        ("network-team-7", "a bare name is ambiguous"),
        ("vm/templates/x", "the datacenter stands before `vm`"),
        ("/vm/templates/x", "the datacenter stands before `vm`"),
        ("library/item", "`/LIBRARY/ITEM`"),
        ("/DC/vm/*", "patterns are not stored"),
        ("/DC/vm/../x", "without steps"),
        ("/DC/vm/a /x", "no blanks"),
        ("vm-1,vm-2", "one at a time"),
        ("/DC/datastore/x", "`vm` folder"),
    ] {
        let (_, _, hint) = refused(text);
        assert!(
            hint.is_some_and(|hint| hint.contains(words)),
            "{text}: {:?}",
            refused(text)
        );
    }
}

#[test]
fn nothing_is_suggested_where_nothing_is_known() {
    for text in [
        "[datastore1] x/x.vmx",
        "/DC/vm/*",
        "/DC/host/x",
        "/a/B/c",
        "https://user:secret@vc.example/DC/vm/x",
        "https://vm-7/ui",
        "https://vc.example/iso/vm-42.iso",
        "user:secret@vc.example/x",
        "VirtualMachine:host-12",
        "HostSystem:vm-12",
        "library/item",
        "rhel9",
        "vm-",
    ] {
        let error = ImageId::parse(Cloud::Vmware, text).unwrap_err();
        assert_eq!(error.suggestion(), None, "{error}");
    }
}
