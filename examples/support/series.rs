//! Folders of pictures: those of a user, and one that is drawn.

use std::fs;
use std::path::{Path, PathBuf};

use swath::task;

use super::{out_dir, save_png, scene};

/// The PNG and JPEG files of a folder, by name.
pub(crate) fn pictures(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let name = folder.display();
    let unreadable = |e: std::io::Error| format!("{name}: cannot be read: {e}");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        if path.is_file() && ["png", "jpg", "jpeg"].iter().any(|known| extension == *known) {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(format!("{name}: has no file that ends in .png, .jpg or .jpeg"));
    }
    Ok(files)
}

/// Draws `count` pictures into a folder: one scene, seen further and further round.
pub(crate) fn draw(
    folder: &Path,
    count: u16,
    (width, height): (usize, usize),
) -> Result<Vec<PathBuf>, String> {
    out_dir(folder)?;
    let scene = scene(width, height);
    (0..usize::from(count))
        .map(|i| {
            task::check();
            let mut image = scene.clone();
            let row = 3 * width;
            let pixels = image.as_slice_mut().ok_or("the scene is not contiguous")?;
            pixels.chunks_exact_mut(row).for_each(|line| line.rotate_left(i * 31 % width * 3));
            let path = folder.join(format!("{i:05}.png"));
            save_png(&path, &image.view())?;
            Ok(path)
        })
        .collect()
}
