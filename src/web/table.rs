use std::cell::RefCell;

/// What the browser holds, by name.
///
/// There are a handful of entries at a time, so looking at each of them costs nothing, while a map
/// of the standard library costs 6 kB of download for each type of entry.
pub(crate) struct Table<K, V>(RefCell<Vec<(K, V)>>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<K: Copy + PartialEq, V> Table<K, V> {
    /// Adds an entry, in place of the one with the same name.
    pub(crate) fn insert(&self, key: K, value: V) {
        // What is replaced goes when the table is not borrowed any more.
        let replaced = self.remove(key);
        self.0.borrow_mut().push((key, value));
        drop(replaced);
    }

    pub(crate) fn remove(&self, key: K) -> Option<V> {
        let mut entries = self.0.borrow_mut();
        let place = entries.iter().position(|(known, _)| *known == key)?;
        Some(entries.swap_remove(place).1)
    }

    pub(crate) fn contains(&self, key: K) -> bool {
        self.read(key, |_| ()).is_some()
    }

    /// Reads an entry. `read` must not touch the table.
    pub(crate) fn read<T>(&self, key: K, read: impl FnOnce(&V) -> T) -> Option<T> {
        let entries = self.0.borrow();
        let (_, value) = entries.iter().find(|(known, _)| *known == key)?;
        Some(read(value))
    }

    /// Changes an entry. `change` must not touch the table.
    pub(crate) fn change<T>(&self, key: K, change: impl FnOnce(&mut V) -> T) -> Option<T> {
        let mut entries = self.0.borrow_mut();
        let (_, value) = entries.iter_mut().find(|(known, _)| *known == key)?;
        Some(change(value))
    }

    /// The first entry that fits. `fits` must not touch the table.
    pub(crate) fn find(&self, fits: impl Fn(&V) -> bool) -> Option<K> {
        let entries = self.0.borrow();
        let found = entries.iter().find(|(_, value)| fits(value));
        found.map(|(key, _)| *key)
    }

    pub(crate) fn keys(&self) -> Vec<K> {
        self.0.borrow().iter().map(|(key, _)| *key).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Takes all entries out.
    pub(crate) fn take(&self) -> Vec<(K, V)> {
        self.0.take()
    }
}
