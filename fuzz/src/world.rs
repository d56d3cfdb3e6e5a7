//! Configurations without cryptography, which the fuzzer picks by bits, and what all of them share.

use super::input::Input;
use super::null::{Null, NullSigner};
use std::sync::{Arc, LazyLock};
use symbolon::wire::{MaxFragmentLength, NamedGroup, SignatureScheme};
use symbolon::{
    Allow, Anchors, AuthorityHints, ClientAuth, ClientConfig, ClientWith, Credential, ServerConfig, ServerName,
    ServerWith, Signing, UnixTime,
};

pub const ROOT: &[u8] = include_bytes!("../pki/root.der");
pub const INTERMEDIATE: &[u8] = include_bytes!("../pki/intermediate.der");
pub const SERVER: &[u8] = include_bytes!("../pki/server.test.der");
pub const CLIENT: &[u8] = include_bytes!("../pki/robot.test.der");
/// 2027-01-15, within the validity of all of them.
pub const NOW: UnixTime = UnixTime(1_800_000_000);

pub static ANCHORS: LazyLock<Anchors> = LazyLock::new(|| Anchors::from_der([ROOT]).expect("a root"));
/// To be answered with; it signs elsewhere.
pub static ANSWERS: LazyLock<[Arc<Credential>; 2]> =
    LazyLock::new(|| [CLIENT, SERVER].map(|leaf| Arc::new(credential(leaf, true))));

fn credential(leaf: &[u8], external: bool) -> Credential {
    let signing = match external {
        true => Signing::External([SignatureScheme::ecdsa_secp256r1_sha256].into()),
        false => Signing::Local(Box::new(NullSigner::P256)),
    };
    Credential::new([leaf, INTERMEDIATE], signing).expect("a chain")
}

/// The settings that both builders have.
macro_rules! settings {
    ($builder:ident, $input:ident) => {{
        let bits = $input.u8();
        if bits & 1 != 0 {
            $builder = $builder.ask_credential();
        }
        if bits & 2 != 0 {
            $builder = $builder.ask_chain();
        }
        if bits & 4 != 0 {
            $builder = $builder.record_size_limit([64, 100, 1000, 16385][usize::from(bits >> 6)]);
        }
        if bits & 8 != 0 {
            $builder = $builder.alpn(["a", "b"]);
        }
        if bits & 16 != 0 {
            $builder = $builder.key_update_after(2);
        }
        if bits & 32 != 0 {
            $builder = $builder.groups([NamedGroup::secp256r1, NamedGroup::x25519]);
        }
    }};
}

/// Three bytes of the fuzzer's decide.
pub fn client(input: &mut Input<'_>) -> ClientWith<'static, Null> {
    let bits = input.u8();
    let mut builder = ClientConfig::builder(Null::new(1)).anchors(ANCHORS.clone());
    settings!(builder, input);
    builder = builder.shares([1, 0, 2, 1][usize::from(bits & 3)]).middlebox_compatibility(bits & 4 == 0);
    if bits & 8 == 0 {
        builder = builder.credential(credential(CLIENT, bits & 16 != 0));
    }
    if bits & 32 != 0 {
        builder = builder.max_fragment_length(MaxFragmentLength::two_to_the_9);
    }
    if bits & 64 != 0 {
        builder = builder.authority_hints(AuthorityHints::Require);
    }
    let name = ServerName::dns("server.test").expect("a name");
    ClientWith::new(Arc::new(builder.build().expect("settings that work")), name, NOW)
}

/// Two bytes of the fuzzer's decide.
pub fn server(input: &mut Input<'_>) -> ServerWith<'static, Null> {
    let bits = input.u8();
    let mut builder = ServerConfig::builder(Null::new(1 << 32)).credential(credential(SERVER, bits & 4 != 0));
    settings!(builder, input);
    let (anchors, allow) = (ANCHORS.clone(), Allow::dns("robot.test"));
    builder = builder.client_auth(match bits & 3 {
        0 | 1 => ClientAuth::require(anchors, allow),
        2 => ClientAuth::request(anchors, allow),
        _ => ClientAuth::none(),
    });
    ServerWith::new(Arc::new(builder.build().expect("settings that work")), NOW)
}
