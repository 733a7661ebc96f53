//! Video calls for the browser.
