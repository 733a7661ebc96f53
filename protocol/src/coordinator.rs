//! REST bodies and events of the coordinator.
