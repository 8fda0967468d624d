//! Versions of the peers, from the lock file that this program was built with.

use std::collections::BTreeMap;

use crate::peers::PACKAGES;

/// swath's version, and that of every peer.
pub(crate) fn all() -> BTreeMap<&'static str, &'static str> {
    let lock = include_str!("../Cargo.lock");
    let packages = lock.split("[[package]]").filter_map(|package| {
        let field = |key: &str| {
            let line = package.lines().find(|line| line.split(" = ").next() == Some(key))?;
            line.split('"').nth(1)
        };
        Some((field("name")?, field("version")?))
    });
    packages.filter(|(name, _)| *name == "swath" || PACKAGES.contains(name)).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_peer_has_one_version() {
        let all = super::all();
        assert_eq!(all.len(), 1 + super::PACKAGES.len());
        assert!(all.values().all(|v| v.split('.').count() == 3), "{all:?}");
        let lock = include_str!("../Cargo.lock");
        for name in super::PACKAGES {
            assert_eq!(lock.matches(&format!("name = \"{name}\"\n")).count(), 1, "{name}");
        }
    }
}
