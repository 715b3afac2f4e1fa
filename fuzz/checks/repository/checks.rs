//! What holds of every input of the targets of the repository: any bytes.
//!
//! A repository of one image is made once. An input changes one of its objects, or adds one, and what is
//! there then is read. The lower half of the first byte says how the rest is taken (see [`Mode`]), the
//! upper half which record it is.

mod plain;
mod read;
mod right;

use self::{
    read::{judge, one_line},
    right::{Right, right, seal},
};
use atlas_base::{Digest, Timestamp};
use atlas_repository::{Gc, Park, Repository, RunId, StoredId, Watch};
use core::time::Duration;
use object_store::{ObjectStoreExt as _, memory::InMemory, path::Path};
use std::sync::Arc;

/// How an input is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Changes in the body of what is right, whose digest is taken afterwards.
    Changes,
    /// The body, whose digest is taken.
    Body,
    /// Changes in the object, whose digest stays.
    Spoilt,
    /// The object.
    AsItIs,
    /// Of an index: changes in the page that it names.
    Page,
    /// Of an index: changes in the places of that page.
    Places,
}

impl Mode {
    fn of(byte: u8) -> Self {
        match byte % 16 {
            0 => Self::Changes,
            1 => Self::Body,
            2 => Self::Spoilt,
            3 => Self::AsItIs,
            4 => Self::Page,
            5 => Self::Places,
            other => Self::of(other % 6),
        }
    }

    /// An object: its magic and its body when it is right, and the input.
    fn object(self, magic: &str, body: &[u8], rest: &[u8]) -> Vec<u8> {
        match self {
            Self::Changes | Self::Page | Self::Places => seal(magic, &changed(body, rest)),
            Self::Body => seal(magic, rest),
            Self::Spoilt => changed(&seal(magic, body), rest),
            Self::AsItIs => rest.to_vec(),
        }
    }
}

/// Makes changes of four bytes each: where in two, which, and with what.
fn changed(bytes: &[u8], changes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for change in changes.chunks_exact(4).take(64) {
        let &[low, high, which, value] = change else {
            continue;
        };
        let at = usize::from(u16::from_le_bytes([low, high])) % (bytes.len() + 1);
        match (which % 4, bytes.get_mut(at)) {
            (0, Some(byte)) => *byte = value,
            (1, Some(byte)) => *byte = byte.wrapping_add(value),
            (2, _) => bytes.insert(at, value),
            (3, Some(_)) if value == 0 => bytes.truncate(at),
            (3, Some(_)) => drop(bytes.remove(at)),
            _ => {}
        }
    }
    bytes
}

fn put(store: &InMemory, path: &Path, bytes: Vec<u8>) {
    pollster::block_on(store.put(path, bytes.into())).unwrap();
}

/// Tries an input with a target, and says whether all was read.
pub(crate) fn check(target: &str, input: &[u8]) -> bool {
    let (first, rest) = input.split_first().unwrap_or((&0, &[]));
    let (mode, which) = (Mode::of(*first), first / 16);
    if target == "repository_plain" {
        return plain::check(mode, which, rest);
    }
    let right = right();
    let store = Arc::new(right.store());
    let repository = Repository::new(Arc::<InMemory>::clone(&store), Arc::new(Park));
    match target {
        "repository_index" => {
            let index = index(right, &store, mode, rest);
            put(&store, &right.index_path, index);
            judge(&repository, right)
        }
        "repository_pack" => {
            let trailer = mode.object("atlas-t1", right.trailer(), rest);
            let pack = match mode {
                Mode::Spoilt => changed(&right.pack, rest),
                Mode::AsItIs => rest.to_vec(),
                _ => right::pack(right.bodies(), &trailer),
            };
            put(&store, &right.pack_path, pack);
            judge(&repository, right)
        }
        "repository_records" => record(right, &store, &repository, mode, which, rest),
        other => panic!("there is no target {other}"),
    }
}

/// An index, with the pack that it needs.
fn index(right: &Right, store: &InMemory, mode: Mode, rest: &[u8]) -> Vec<u8> {
    let (mut page, mut places) = (right.page.clone(), right.places.clone());
    match mode {
        Mode::Page => page = changed(&page, rest),
        Mode::Places => places = changed(&places, rest),
        _ => return mode.object("atlas-i1", &right.index, rest),
    }
    let (name, pack) = right::pack_of(&[&page, &places]);
    let path = Path::from(format!("packs/{name}"));
    put(store, &path, pack);
    seal("atlas-i1", &right.index_with(&page, &places, &name))
}

/// A record of those who work on the repository, and what cleaning up makes of it.
fn record(
    right: &Right,
    store: &InMemory,
    repository: &Repository,
    mode: Mode,
    which: u8,
    rest: &[u8],
) -> bool {
    let name = Digest::parse(&format!("blake3:{}", right.pack_name)).unwrap();
    let pack = name.as_bytes();
    let one = 1_u32.to_le_bytes();
    let none = 0_u32.to_le_bytes();
    let (run, stored) = (RunId::from_u128(1), StoredId::from_u128(9));
    // Whatever these say, no image is lost by it; moves say where chunks are, and are believed.
    let (path, object, keeps) = match which % 4 {
        0 => {
            let body = [&one[..], pack, &[1], &none].concat();
            let object = mode.object("atlas-d1", &body, rest);
            (format!("condemned/{run}"), object, true)
        }
        1 => {
            let body = [&one[..], pack, &one, &[7; 32]].concat();
            let object = mode.object("atlas-m1", &body, rest);
            (format!("moves/{run}"), object, false)
        }
        2 => {
            let object = mode.object("atlas-c1", &[], rest);
            (format!("claims/{stored}"), object, true)
        }
        _ => {
            let object = mode.object("atlas-v1", &[], rest);
            (format!("images/{stored}"), object, true)
        }
    };
    put(store, &Path::from(path), object);
    assert!(judge(repository, right), "a record hides what is there");
    let mut is_clean = true;
    for number in [7, 8] {
        let now = Timestamp::parse("2100-01-01T00:00:00Z").unwrap();
        let mut gc = Gc::new(RunId::from_u128(number), now);
        gc.grace = Duration::ZERO;
        gc.rewrite = (which / 4 % 2 == 1).then_some(0);
        if let Err(error) = repository.gc(&gc, Watch::default()) {
            one_line(&error);
            is_clean = false;
        }
        assert!(
            judge(repository, right) || !keeps,
            "a record loses an image"
        );
    }
    is_clean
}
