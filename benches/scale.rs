//! A store of a million image records: is it as quick as a small one?
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use atlas_benches::fleet;
    let count: u64 = std::env::args()
        .filter_map(|a| a.parse().ok())
        .next()
        .unwrap_or(10_000);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("fleet.redb");
    let t = std::time::Instant::now();
    let atlas = pollster::block_on(fleet::make(&path, count))?;
    println!(
        "{count} in {:?}, {} bytes",
        t.elapsed(),
        std::fs::metadata(&path)?.len()
    );
    drop(atlas);
    Ok(())
}
