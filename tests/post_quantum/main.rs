//! Groups of ML-KEM (RFC 10024): what is shared, and what is refused.
#![cfg(all(feature = "mlkem", feature = "ring", feature = "std"))]

mod groups;
mod refused;
#[path = "../util/mod.rs"]
mod util;

use std::sync::LazyLock;
use symbolon::wire::NamedGroup;
use util::pair::{Pair, World};

const X25519: NamedGroup = NamedGroup::x25519;
const P256: NamedGroup = NamedGroup::secp256r1;
const P384: NamedGroup = NamedGroup::secp384r1;
const X25519_MLKEM768: NamedGroup = NamedGroup::X25519MLKEM768;
const P256_MLKEM768: NamedGroup = NamedGroup::SecP256r1MLKEM768;
const MLKEM1024: NamedGroup = NamedGroup::MLKEM1024;

/// With the bytes of the client's share and of the server's.
const POST_QUANTUM: [(NamedGroup, usize, usize); 3] =
    [(X25519_MLKEM768, 1216, 1120), (P256_MLKEM768, 1249, 1153), (MLKEM1024, 1568, 1568)];

static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// A client and a server that list these groups.
fn pair(client: &[NamedGroup], server: &[NamedGroup]) -> Pair {
    let client = WORLD.client_config().groups(client.to_vec()).build().unwrap();
    Pair::of(client, WORLD.server_config().groups(server.to_vec()).build().unwrap())
}
