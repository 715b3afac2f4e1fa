//! A repository of one image that is right, made once, and its parts.

use atlas_base::Digest;
use atlas_disk::{Budget, Disk, Firmware, Format, Image, Limits};
use atlas_repository::{
    About, Ingest, Ingested, Park, Repository, RepositoryError, StoredId, Watch,
};
use object_store::{ObjectStore as _, ObjectStoreExt as _, memory::InMemory, path::Path};
use pollster::block_on;
use std::sync::{Arc, OnceLock};

/// The image.
pub(super) const ID: StoredId = StoredId::from_u128(1);
/// Bytes of a digest, a foot, an entry of a page in an index, and that of its places.
const DIGEST: usize = 32;
const FOOT: usize = 8;
const PAGE: usize = 48;
const PLACE: usize = 44;

pub(super) struct Right {
    pub(super) disk: Vec<u8>,
    pub(super) digest: Digest,
    pub(super) index_path: Path,
    /// The body of the index.
    pub(super) index: Vec<u8>,
    pub(super) pack_path: Path,
    pub(super) pack_name: String,
    pub(super) pack: Vec<u8>,
    /// The one page of the index, and its places.
    pub(super) page: Vec<u8>,
    pub(super) places: Vec<u8>,
}

pub(super) fn right() -> &'static Right {
    static RIGHT: OnceLock<Right> = OnceLock::new();
    RIGHT.get_or_init(make)
}

/// Some chunks, some zeros, some chunks.
pub(super) fn disk() -> Vec<u8> {
    let mut disk = Vec::new();
    let mut state = 1_u32;
    for number in 0..(96 << 10) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [.., byte] = state.to_le_bytes();
        disk.push(if number < 48 << 10 { byte } else { byte & 1 });
    }
    disk.resize(160 << 10, 0);
    disk.extend_from_within(..16 << 10);
    disk
}

/// Takes the disk in, and tells the digest of what is stored.
pub(super) fn take_in(
    ingest: impl FnOnce(&Disk, &Ingest) -> Result<Ingested, RepositoryError>,
) -> Digest {
    let limits = Limits::default();
    let budget = Budget::new(&limits, &|| false);
    let image = Image::open(Arc::new(disk()), Format::Raw, &budget).unwrap();
    let ask = Ingest::new(ID, About::new(Format::Raw, Firmware::Bios));
    ingest(&image.disks()[0], &ask).unwrap().digest
}

fn make() -> Right {
    let store = Arc::new(InMemory::new());
    let repository = Repository::new(Arc::<InMemory>::clone(&store), Arc::new(Park));
    let disk = disk();
    let digest = take_in(|disk, ask| repository.ingest(disk, ask, Watch::default()));
    let get = |path: &Path| block_on(async { store.get(path).await.unwrap().bytes().await });
    let index_path = Path::from(format!("images/{ID}"));
    let index = get(&index_path).unwrap();
    let index = index[8..index.len() - DIGEST].to_vec();
    let packs = block_on(store.list_with_delimiter(Some(&Path::from("packs")))).unwrap();
    let [pack] = &packs.objects[..] else {
        panic!("one pack holds all of it");
    };
    let pack_path = pack.location.clone();
    let (page, places) = page(&repository);
    Right {
        disk,
        digest,
        index_path,
        index,
        pack_name: pack_path.filename().unwrap().to_owned(),
        pack: get(&pack_path).unwrap().to_vec(),
        pack_path,
        page,
        places,
    }
}

/// The page as its bytes are, and its places: all chunks are in the first pack.
fn page(repository: &Repository) -> (Vec<u8>, Vec<u8>) {
    let stored = repository.open(ID).unwrap();
    let (mut page, mut chunks, mut at) = (Vec::new(), 0_u32, 0);
    while let Some(extent) = stored.extent(at).unwrap() {
        at += extent.length;
        if let Some(chunk) = extent.chunk {
            let length = u32::try_from(extent.length).unwrap();
            page.extend(length.to_le_bytes());
            page.extend(chunk.as_bytes());
            chunks += 1;
        } else {
            page.extend([0; 4]);
            page.extend(extent.length.to_le_bytes());
            page.extend([0; 24]);
        }
    }
    let places = [[0; 4], chunks.to_le_bytes()].concat();
    (page, places)
}

impl Right {
    /// All objects, as they are.
    pub(super) fn store(&self) -> InMemory {
        let store = InMemory::new();
        let index = seal("atlas-i1", &self.index);
        for (path, bytes) in [
            (&self.index_path, index),
            (&self.pack_path, self.pack.clone()),
        ] {
            block_on(store.put(path, bytes.into())).unwrap();
        }
        store
    }

    /// Where the sealed trailer of the pack begins.
    fn trailer_at(&self) -> usize {
        let foot = self.pack.len() - FOOT;
        let length: [u8; 4] = self.pack[foot..foot + 4].try_into().unwrap();
        foot - usize::try_from(u32::from_le_bytes(length)).unwrap()
    }

    /// The body of the trailer.
    pub(super) fn trailer(&self) -> &[u8] {
        &self.pack[self.trailer_at() + 8..self.pack.len() - FOOT - DIGEST]
    }

    pub(super) fn bodies(&self) -> &[u8] {
        &self.pack[..self.trailer_at()]
    }

    /// The body of an index whose page and places are in a second pack.
    pub(super) fn index_with(&self, page: &[u8], places: &[u8], pack: &str) -> Vec<u8> {
        let name = Digest::parse(&format!("blake3:{pack}")).unwrap();
        let (before, _) = self.index.split_at(self.index.len() - PLACE);
        // In front of the places is one pack, in front of it their number, in front of it the page.
        let (before, old) = before.split_at(before.len() - DIGEST);
        let (before, _one) = before.split_at(before.len() - 4);
        let (before, entry) = before.split_at(before.len() - PAGE);
        let mut index = before.to_vec();
        index.extend(&entry[..8]);
        index.extend(blake3::hash(page).as_bytes());
        index.extend(length(page));
        index.extend(&entry[44..]);
        index.extend(2_u32.to_le_bytes());
        index.extend(old);
        index.extend(name.as_bytes());
        index.extend(1_u32.to_le_bytes());
        index.extend(1_u32.to_le_bytes());
        index.extend(length(places));
        index.extend(blake3::hash(places).as_bytes());
        index
    }
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap().to_le_bytes()
}

/// An object that says what it is, and has its digest.
pub(super) fn seal(magic: &str, body: &[u8]) -> Vec<u8> {
    let mut sealed = [magic.as_bytes(), body].concat();
    let end = blake3::hash(&sealed);
    sealed.extend(end.as_bytes());
    sealed
}

/// A pack of bodies and a sealed trailer.
pub(super) fn pack(bodies: &[u8], trailer: &[u8]) -> Vec<u8> {
    [bodies, trailer, &length(trailer), b"pack"].concat()
}

/// A pack of chunks that are stored as they are, and its name.
pub(super) fn pack_of(chunks: &[&[u8]]) -> (String, Vec<u8>) {
    let mut body = vec![5; 20];
    body.extend(u32::try_from(chunks.len()).unwrap().to_le_bytes());
    for chunk in chunks {
        body.extend(blake3::hash(chunk).as_bytes());
        body.extend(length(chunk));
        body.extend(length(chunk));
    }
    let pack = pack(&chunks.concat(), &seal("atlas-t1", &body));
    (blake3::hash(&pack).to_string(), pack)
}
