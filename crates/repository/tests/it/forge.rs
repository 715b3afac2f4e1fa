//! Indexes that are sealed as they should be, and wrong: whoever wrote them made a mistake.

use crate::{Chance, id, ingest, mixed, on};
use atlas_repository::{Depth, Rot, Verify, Watch, Why};
use object_store::{ObjectStore as _, ObjectStoreExt as _, memory::InMemory, path::Path};
use pollster::block_on;
use std::sync::Arc;

/// Bytes of a digest, of what says the kind, of a page and of its place in an index.
const DIGEST: usize = 32;
const KIND: usize = 8;
const PAGE: usize = 48;
const PLACE: usize = 44;

fn get(store: &InMemory, path: &Path) -> Vec<u8> {
    let bytes = block_on(async { store.get(path).await.unwrap().bytes().await });
    bytes.unwrap().to_vec()
}

fn packs(store: &InMemory) -> Vec<Path> {
    let listed = block_on(store.list_with_delimiter(Some(&Path::from("packs")))).unwrap();
    listed.objects.into_iter().map(|it| it.location).collect()
}

fn index_of(number: u128) -> Path {
    Path::from("images").join(id(number).to_string())
}

fn seal(kind: &[u8], body: &[u8]) -> Vec<u8> {
    let mut sealed = [kind, body].concat();
    let end = blake3::hash(&sealed);
    sealed.extend(end.as_bytes());
    sealed
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap().to_le_bytes()
}

/// A pack of chunks that are stored as they are: its name and its bytes.
fn pack_of(chunks: &[&[u8]]) -> (blake3::Hash, Vec<u8>) {
    let mut list = vec![5; 20];
    list.extend(u32::try_from(chunks.len()).unwrap().to_le_bytes());
    for chunk in chunks {
        list.extend(blake3::hash(chunk).as_bytes());
        list.extend(length(chunk));
        list.extend(length(chunk));
    }
    let trailer = seal(b"atlas-t1", &list);
    let pack = [&chunks.concat(), &trailer, &length(&trailer)[..], b"pack"].concat();
    (blake3::hash(&pack), pack)
}

/// Changes the body of the index of an image, and seals it again.
fn change(store: &InMemory, number: u128, change: impl FnOnce(&mut Vec<u8>)) {
    let path = index_of(number);
    let index = get(store, &path);
    let mut body = index[KIND..index.len() - DIGEST].to_vec();
    change(&mut body);
    let object = seal(b"atlas-i1", &body);
    block_on(store.put(&path, object.into())).unwrap();
}

fn verify(store: &Arc<InMemory>, depth: Depth) -> Vec<Rot> {
    let mut ask = Verify::default();
    ask.depth = depth;
    on(store).verify(&ask, Watch::default()).unwrap().rot
}

/// What is told agrees with what a reader finds: of the first image, the parts that cannot be read.
fn assert_told(store: &Arc<InMemory>, size: u64, rot: &[Rot], why: Why) {
    let image = on(store).open(id(1)).unwrap();
    let (mut at, mut lost) = (0, 0);
    while at < size {
        let extent = image.extent(at).unwrap().unwrap();
        let mut buffer = vec![0; extent.length as usize];
        let told = rot.iter().find(|it| {
            let from = it.offset.unwrap();
            (from..from + it.length.unwrap()).contains(&at)
        });
        assert_eq!(image.read(&mut buffer, at).is_err(), told.is_some(), "{at}");
        lost += told.map_or(0, |_| extent.length);
        at += extent.length;
    }
    let told: u64 = rot.iter().map(|it| it.length.unwrap()).sum();
    assert!(lost > 0 && told == lost, "{told} and {lost}: {rot:?}");
    assert!(
        rot.iter()
            .all(|it| it.image == Some(id(1)) && it.why == why)
    );
}

#[test]
fn chunks_that_no_pack_ever_held_are_found_and_named() {
    let store = Arc::new(InMemory::new());
    let bytes = mixed(3, 60);
    ingest(&on(&store), 1, &bytes).unwrap();
    let own = packs(&store);
    assert!(own.len() > 2, "{own:?}");
    ingest(&on(&store), 2, &mixed(4, 10)).unwrap();
    let other = packs(&store)
        .into_iter()
        .find(|it| !own.contains(it))
        .unwrap();
    let name = |path: &Path| blake3::Hash::from_hex(path.filename().unwrap()).unwrap();
    // The first pack of the index is taken for another one, which is whole.
    change(&store, 1, |body| {
        let first = body.windows(DIGEST).position(|it| {
            let is_own = |path: &Path| name(path).as_bytes() == it;
            own.iter().any(is_own)
        });
        let first = first.unwrap();
        body[first..first + DIGEST].copy_from_slice(name(&other).as_bytes());
    });
    assert_eq!(verify(&store, Depth::Packs), []);
    let rot = verify(&store, Depth::Chunks);
    assert_told(&store, bytes.len() as u64, &rot, Why::Lacks);
}

#[test]
fn chunks_of_another_length_are_found_and_named() {
    let store = Arc::new(InMemory::new());
    let bytes = Chance(5).bytes(16 << 10);
    ingest(&on(&store), 1, &bytes).unwrap();
    let [own] = &packs(&store)[..] else {
        panic!("one pack holds all of it");
    };
    let own = blake3::Hash::from_hex(own.filename().unwrap()).unwrap();
    // A page says that the chunk is a byte shorter, and that a zero follows it.
    let shorter = length(&bytes[1..]);
    let chunk = [&shorter[..], blake3::hash(&bytes).as_bytes()].concat();
    let zeros = [&[0; 4][..], &1_u64.to_le_bytes(), &[0; 24]].concat();
    let page = [chunk, zeros].concat();
    let places = [0_u32.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    let (name, pack) = pack_of(&[&page, &places]);
    let path = Path::from("packs").join(name.to_string());
    block_on(store.put(&path, pack.into())).unwrap();
    change(&store, 1, |body| {
        // Behind the page: how many packs there are, the one, and the place of the page.
        let at = body.len() - PLACE - DIGEST - 4 - PAGE;
        let entry = body.split_off(at);
        body.extend(&entry[..8]);
        body.extend(blake3::hash(&page).as_bytes());
        body.extend(length(&page));
        body.extend(&entry[44..PAGE]);
        body.extend(2_u32.to_le_bytes());
        body.extend(own.as_bytes());
        body.extend(name.as_bytes());
        body.extend(1_u32.to_le_bytes());
        body.extend(1_u32.to_le_bytes());
        body.extend(length(&places));
        body.extend(blake3::hash(&places).as_bytes());
    });
    assert_eq!(verify(&store, Depth::Packs), []);
    let rot = verify(&store, Depth::Chunks);
    assert_told(&store, bytes.len() as u64, &rot, Why::Malformed);
}
