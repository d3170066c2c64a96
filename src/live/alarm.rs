//! Wakes the heartbeat for what cannot wait for the next beat.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// What the heartbeat is to do at once. Many calls before it wakes are one.
#[derive(Debug, Default)]
pub struct Alarm {
    compare: AtomicBool,
    refresh: AtomicBool,
    notify: Notify,
}

impl Alarm {
    /// Something may have been missed: compare all heads.
    pub fn compare(&self) {
        self.compare.store(true, Ordering::Release);
        self.notify.notify_one();
    }

    /// Directory, settings or keys changed: read what is newer.
    pub fn refresh(&self) {
        self.refresh.store(true, Ordering::Release);
        self.notify.notify_one();
    }

    /// Waits for the next call.
    pub async fn rang(&self) {
        self.notify.notified().await;
    }

    /// Whether heads are to be compared; asked once per call.
    pub fn take_compare(&self) -> bool {
        self.compare.swap(false, Ordering::AcqRel)
    }

    /// Whether the snapshot is to be refreshed; asked once per call.
    pub fn take_refresh(&self) -> bool {
        self.refresh.swap(false, Ordering::AcqRel)
    }
}
