//! `trunkline-server`: coordinator and SFU in one process.

fn main() {}
