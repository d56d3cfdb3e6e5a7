//! A client that comes back, by a ticket or by a PSK of both, and one end under test as in [`super::machine`].

use super::end::End;
use super::input::Input;
use super::machine::play;
use super::null::Null;
use super::world::{self, ANCHORS, CLIENT, SERVER, client_of, server_of};
use std::sync::Arc;
use symbolon::crypto::HashAlgorithm;
use symbolon::resumption::{Psk, Shelf};
use symbolon::{Allow, ClientAuth, ClientConfig, ClientRole, RecvBuf, ServerConfig, ServerRole, StateName};

/// Two ends that met before.
pub struct Returning {
    pub client: Arc<ClientConfig<Null>>,
    pub server: Arc<ServerConfig<Null>>,
    pub tickets: Arc<Shelf>,
    offers_early_data: bool,
}

impl Returning {
    /// One byte of the fuzzer's decides: all zeros is a stateless ticket, and early data that is taken.
    pub fn new(input: &mut Input<'_>) -> Self {
        let bits = input.u8();
        let tickets = Arc::new(Shelf::new(1, 3));
        let mut client = ClientConfig::builder(Null::new(1))
            .anchors(ANCHORS.clone())
            .credential(world::credential(CLIENT, false))
            .tickets(tickets.clone())
            .shares(usize::from(bits & 1 == 0))
            .psk_ke(bits & 2 != 0);
        let resumption = world::resumption(bits & 4 != 0, bits & 8 == 0);
        let mut server = ServerConfig::builder(Null::new(1 << 32))
            .credential(world::credential(SERVER, false))
            .resumption(resumption)
            .psk_ke(bits & 2 != 0)
            .client_auth(match bits & 16 {
                0 => ClientAuth::none(),
                _ => ClientAuth::require(ANCHORS.clone(), Allow::dns("robot.test")),
            });
        if bits & 32 != 0 {
            let psk = || Psk::external(b"both have it", &[7; 32], HashAlgorithm::Sha256).expect("a PSK");
            (client, server) = (client.psks([psk()]), server.psks([psk()]));
        }
        let new = Self {
            client: Arc::new(client.build().expect("settings that work")),
            server: Arc::new(server.build().expect("settings that work")),
            tickets,
            offers_early_data: bits & 64 == 0,
        };
        assert_eq!(new.meet(), [StateName::Connected; 2]);
        new
    }

    pub fn client(&self) -> End<'static, ClientRole> {
        let client = client_of(&self.client);
        End::new(if self.offers_early_data { client.offer_early_data() } else { client }, RecvBuf::new())
    }

    pub fn server(&self) -> End<'static, ServerRole> {
        End::new(server_of(&self.server), RecvBuf::new())
    }

    /// A connection that nobody disturbs; returns what both ends come to.
    fn meet(&self) -> [StateName; 2] {
        meet(&mut self.client(), &mut self.server())
    }
}

/// Lets both ends speak until neither has anything to say.
pub fn meet(client: &mut End<'_, ClientRole>, server: &mut End<'_, ServerRole>) -> [StateName; 2] {
    for _ in 0..4 {
        client.drive(&mut Input(&[]));
        server.give(&client.take_output(), &mut Input(&[]));
        client.give(&server.take_output(), &mut Input(&[]));
    }
    [client.conn.state(), server.conn.state()]
}

/// A byte of settings, then one deed after another to a server, whose client came back. Returns the state that it comes to.
pub fn psk_server(bytes: &[u8]) -> StateName {
    let mut input = Input(bytes);
    let returning = Returning::new(&mut input);
    play(returning.server(), returning.client(), input)
}

/// A byte of settings, then one deed after another to a client that came back. Returns the state that it comes to. Whatever
/// tickets it was given then, they don't keep it from another server.
pub fn psk_client(bytes: &[u8]) -> StateName {
    let mut input = Input(bytes);
    let returning = Returning::new(&mut input);
    let state = play(returning.client(), returning.server(), input);
    assert!(returning.tickets.size().1 <= 3, "the store is bounded");
    let elsewhere = ServerConfig::builder(Null::new(1 << 33)).credential(world::credential(SERVER, false));
    let mut elsewhere = End::new(server_of(&Arc::new(elsewhere.build().expect("settings that work"))), RecvBuf::new());
    assert_eq!(meet(&mut returning.client(), &mut elsewhere), [StateName::Connected; 2]);
    state
}

/// All that two ends say to each other that met before.
pub fn messages(bits: u8) -> Vec<Vec<u8>> {
    let returning = Returning::new(&mut Input(&[bits]));
    let (mut client, mut server) = (returning.client(), returning.server());
    let mut all = Vec::new();
    for _ in 0..3 {
        client.drive(&mut Input(&[]));
        let said = client.take_output();
        all.extend(super::machine::messages(&said));
        server.give(&said, &mut Input(&[]));
        let said = server.take_output();
        all.extend(super::machine::messages(&said));
        client.give(&said, &mut Input(&[]));
    }
    all
}
