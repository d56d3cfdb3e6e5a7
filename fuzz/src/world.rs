//! Configurations without cryptography, which the fuzzer picks by bits, and what all of them share.

use super::compression::AsTheyAre;
use super::input::Input;
use super::null::{Null, NullSigner};
use std::sync::{Arc, LazyLock};
use symbolon::config::{EarlyData, Resumption};
use symbolon::resumption::{Shelf, SingleUseKeys, StoredTickets, TicketKeys};
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
/// The same in every run.
pub static TICKET_KEYS: LazyLock<Arc<TicketKeys>> =
    LazyLock::new(|| Arc::new(TicketKeys::generate(&Null::new(5)).expect("randomness")));
/// To be answered with; it signs elsewhere.
pub static ANSWERS: LazyLock<[Arc<Credential>; 2]> =
    LazyLock::new(|| [CLIENT, SERVER].map(|leaf| Arc::new(credential(leaf, true))));

pub fn credential(leaf: &[u8], external: bool) -> Credential {
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
            $builder = $builder.alpn(["a", "b"]).certificate_compression([Arc::new(AsTheyAre) as _]);
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
    client_of(&client_config(input))
}

/// A connection to the server.
pub fn client_of(config: &Arc<ClientConfig<Null>>) -> ClientWith<'static, Null> {
    ClientWith::new(config.clone(), ServerName::dns("server.test").expect("a name"), NOW)
}

/// The settings that [`client`] has.
pub fn client_config(input: &mut Input<'_>) -> Arc<ClientConfig<Null>> {
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
    if bits & 128 != 0 {
        builder = builder.tickets(Arc::new(Shelf::new(2, 2)));
    }
    Arc::new(builder.build().expect("settings that work"))
}

/// Two bytes of the fuzzer's decide.
pub fn server(input: &mut Input<'_>) -> ServerWith<'static, Null> {
    server_of(&server_config(input))
}

/// A connection from a client.
pub fn server_of(config: &Arc<ServerConfig<Null>>) -> ServerWith<'static, Null> {
    ServerWith::new(config.clone(), NOW)
}

/// The settings that [`server`] has.
pub fn server_config(input: &mut Input<'_>) -> Arc<ServerConfig<Null>> {
    let bits = input.u8();
    let mut builder = ServerConfig::builder(Null::new(1 << 32)).credential(credential(SERVER, bits & 4 != 0));
    settings!(builder, input);
    let (anchors, allow) = (ANCHORS.clone(), Allow::dns("robot.test"));
    builder = builder.client_auth(match bits & 3 {
        0 | 1 => ClientAuth::require(anchors, allow),
        2 => ClientAuth::request(anchors, allow),
        _ => ClientAuth::none(),
    });
    if bits & 8 != 0 {
        builder = builder.resumption(resumption(bits & 16 != 0, bits & 32 != 0));
    }
    Arc::new(builder.build().expect("settings that work"))
}

/// Tickets under [`TICKET_KEYS`], or in a store of their own.
pub fn resumption(stored: bool, takes_early_data: bool) -> Resumption {
    let resumption = match stored {
        true => Resumption::stored(Arc::new(StoredTickets::new(8, 1 << 16))),
        false => Resumption::stateless(TICKET_KEYS.clone()),
    };
    match takes_early_data {
        true => {
            let single_use = SingleUseKeys::new(8, UnixTime(NOW.0 - 1000));
            resumption.early_data(EarlyData::new(1000, Arc::new(single_use)))
        }
        false => resumption,
    }
}
