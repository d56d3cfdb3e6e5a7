//! What holds for any delivery of bytes, any damage to them, any sizes and any buffers.

#[path = "../util/mod.rs"]
mod util;

mod damage;
mod fragmentation;
mod records;
mod resumption;
mod small_send_buffer;
mod world;
