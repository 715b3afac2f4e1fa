//! What a person probably meant by a text that is no id.

/// Texts that may have been meant, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let mut texts = Vec::new();
    if text.contains("://") || text.contains(['?', '@', '&']) {
        return texts;
    }
    // A drive's line: `scsi0: local-lvm:vm-100-disk-0,size=32G`.
    let line = text.split(',').next().unwrap_or(text);
    let line = line.rsplit_once(": ").map_or(line, |(_, value)| value);
    let keys = ["volume=", "file="];
    let line = keys
        .iter()
        .find_map(|key| line.strip_prefix(key))
        .unwrap_or(line);
    texts.push(line.to_owned());
    texts.extend(of_path(line));
    if let Some((storage, volume)) = line.split_once([':', ' ']) {
        let volume = volume.trim_start_matches(['/', ' ']);
        texts.push(format!("{storage}:{volume}"));
        texts.push(format!("{storage}:{}", of_directory(volume)));
        if let Some((content, file)) = volume.split_once('/') {
            texts.push(format!("{storage}:{}/{file}", content.to_ascii_lowercase()));
        }
    } else {
        texts.push(line.replacen('/', ":", 1));
    }
    // `local:9000` asks for a new volume of this size.
    if !line.contains(':') {
        texts.extend(vmid(line));
    }
    texts
}

/// The volume of a file of a node, where the installer and Proxmox put the storages.
fn of_path(path: &str) -> Option<String> {
    let devices = [
        ("/dev/pve/", "local-lvm"),
        ("/dev/zvol/rpool/data/", "local-zfs"),
    ];
    let device = devices
        .iter()
        .find_map(|(prefix, storage)| Some((storage, path.strip_prefix(prefix)?)));
    if let Some((storage, disk)) = device {
        return Some(format!("{storage}:{disk}"));
    }
    let (storage, file) = match path.strip_prefix("/var/lib/vz/") {
        Some(file) => ("local", file),
        None => path.strip_prefix("/mnt/pve/")?.split_once('/')?,
    };
    Some(format!("{storage}:{}", of_directory(file)))
}

/// The volume of a file below the directory of a storage.
fn of_directory(file: &str) -> String {
    let directories = [
        ("template/iso/", "iso/"),
        ("template/cache/", "vztmpl/"),
        ("images/", ""),
    ];
    let volume = directories
        .iter()
        .find_map(|(directory, content)| Some((content, file.strip_prefix(directory)?)));
    volume.map_or_else(
        || file.to_owned(),
        |(content, file)| format!("{content}{file}"),
    )
}

/// The VMID that `qemu/9000`, `vm-9000`, `VM 9000` or `#9000` hold.
fn vmid(text: &str) -> Option<String> {
    const WORDS: &[&str] = &[
        "",
        "#",
        "ct ",
        "vm ",
        "vm-",
        "vmid ",
        "vmid=",
        "lxc/",
        "qemu/",
        "/etc/pve/lxc/",
        "/etc/pve/qemu-server/",
    ];
    let text = text.strip_suffix(".conf").unwrap_or(text);
    let digits = text.rsplit(|byte: char| !byte.is_ascii_digit()).next()?;
    let word = text.strip_suffix(digits)?.to_ascii_lowercase();
    WORDS
        .contains(&word.as_str())
        .then(|| digits.trim_start_matches('0').to_owned())
}
