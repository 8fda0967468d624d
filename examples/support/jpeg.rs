//! Whether a JPEG file is all there: the decoder fills what is missing with grey.

/// Walks the segments to the marker that ends the picture.
pub(crate) fn is_whole(bytes: &[u8]) -> bool {
    const END: u8 = 0xD9;
    const SCAN: u8 = 0xDA;
    // After the marker that begins the picture.
    let mut at = 2;
    loop {
        // The next marker: 0xFF, then neither a stuffed zero, nor filling, nor one
        // of the restarts that stand between data.
        let marker = loop {
            match bytes.get(at..at + 2) {
                None => return false,
                Some(&[0xFF, 0x01..=0xCF | 0xD8..=0xFE]) => break bytes[at + 1],
                Some(_) => at += 1,
            }
        };
        if marker == END {
            return true;
        }
        let Some(&[high, low]) = bytes.get(at + 2..at + 4) else { return false };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if marker != SCAN && length < 2 {
            return false;
        }
        // Data follow the header of a scan, another marker any other segment.
        at += 2 + length;
    }
}
