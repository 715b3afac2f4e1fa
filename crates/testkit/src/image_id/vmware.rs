//! Ids of vmware.

use super::{inventory_name, text};
use proptest::{collection::vec, prelude::*, strategy::Union};

pub(super) fn ids() -> BoxedStrategy<String> {
    let plain = || {
        inventory_name().prop_filter("the name of a tree", |name| {
            !["vm", "host", "datastore", "network"].contains(&name.as_str())
        })
    };
    // The first name of a path, and those behind the tree, may be called as a tree is.
    let any = || {
        let tree = text("vm|host|datastore|network");
        let long = text("[a-z0-9._-]{79}[a-z]|(%2F|%5C|%25){80}");
        prop_oneof![8 => inventory_name(), 1 => tree, 1 => long]
    };
    Union::new([
        text("(VirtualMachine:)?vm-[0-9]{1,19}"),
        (any(), vec(plain(), 0..3), vec(any(), 1..4))
            .prop_map(|(first, above, below)| {
                let path = [vec![first], above, vec!["vm".to_owned()], below].concat();
                format!("/{}", path.join("/"))
            })
            .boxed(),
        (any(), plain())
            .prop_map(|(library, item)| format!("/{library}/{item}"))
            .boxed(),
        text("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    ])
    .boxed()
}
