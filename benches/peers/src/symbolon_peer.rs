//! Symbolon with its providers, stepped by hand; one receive and one send buffer serve all connections, and give their
//! memory back whenever they are empty.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use symbolon::config::{ClientConfigBuilder, Resumption, ServerConfigBuilder};
use symbolon::crypto::{AwsLcRs, AwsLcRsSigner, Crypto, LocalSigner, Ring, RingSigner};
use symbolon::resumption::{Shelf, TicketKeys};
use symbolon::wire::{CipherSuite, NamedGroup};
use symbolon::{
    Allow, Anchors, App, ClientAuth, ClientConfig, ClientWith, Connection, Credential, Event, RecvBuf, Role, SendBuf,
    ServerConfig, ServerName, ServerWith, Signing, UnixTime,
};

use crate::cores::TICKETS;
use crate::library::{self, Library};
use crate::peer::{Cipher, End, Error, Mode, Peer};
use crate::pki::{self, Pki, SERVER_NAME};

/// A provider of Symbolon.
pub trait Provider: Crypto {
    /// What it is made of.
    type Library: Library;
    /// Its signer.
    type Signer: LocalSigner;

    /// With randomness from the operating system.
    fn provider() -> Self;
}

impl Provider for Ring {
    type Library = library::Ring;
    type Signer = RingSigner;

    fn provider() -> Self {
        Self::new()
    }
}

impl Provider for AwsLcRs {
    type Library = library::AwsLcRs;
    type Signer = AwsLcRsSigner;

    fn provider() -> Self {
        Self::new()
    }
}

/// How plaintext gets into a record.
pub trait Writing {
    /// For the table.
    const NAME: &str;

    /// See [`End::place`].
    fn place<R: Role, C: Crypto>(
        _: &mut App<'_, '_, R, C>,
        _: &mut SendBuf<'_>,
        _plaintext: &[u8],
    ) -> Result<(), Error> {
        Ok(())
    }

    /// See [`End::seal`].
    fn seal<R: Role, C: Crypto>(
        app: &mut App<'_, '_, R, C>,
        tx: &mut SendBuf<'_>,
        plaintext: &[u8],
    ) -> Result<(), Error>;
}

/// The application writes into the record under construction.
pub struct InPlace;

impl Writing for InPlace {
    const NAME: &str = "in place";

    fn place<R: Role, C: Crypto>(
        app: &mut App<'_, '_, R, C>,
        tx: &mut SendBuf<'_>,
        plaintext: &[u8],
    ) -> Result<(), Error> {
        let room = app.space(tx)??.get_mut(..plaintext.len()).ok_or("no room for the record")?;
        room.copy_from_slice(plaintext);
        Ok(())
    }

    fn seal<R: Role, C: Crypto>(
        app: &mut App<'_, '_, R, C>,
        tx: &mut SendBuf<'_>,
        plaintext: &[u8],
    ) -> Result<(), Error> {
        Ok(app.commit(plaintext.len(), tx)??)
    }
}

/// The application hands over a slice, which is copied into the record.
pub struct Copied;

impl Writing for Copied {
    const NAME: &str = "copied";

    fn seal<R: Role, C: Crypto>(
        app: &mut App<'_, '_, R, C>,
        tx: &mut SendBuf<'_>,
        plaintext: &[u8],
    ) -> Result<(), Error> {
        match app.write(plaintext, tx)?? {
            n if n == plaintext.len() => Ok(()),
            n => Err(format!("wrote {n} bytes of {}", plaintext.len()).into()),
        }
    }
}

/// The configurations of both ends, and the buffers.
pub struct Symbolon<W, C = Ring> {
    /// Of the clients.
    pub client: Arc<ClientConfig<C>>,
    /// Of the servers.
    pub server: Arc<ServerConfig<C>>,
    server_name: ServerName<'static>,
    buffers: Buffers,
    writing: PhantomData<W>,
}

/// The two configurations before they are built, client first.
pub type Builders<C> = (ClientConfigBuilder<C>, ServerConfigBuilder<C>);
/// And behind that.
pub type Configs<C> = (Arc<ClientConfig<C>>, Arc<ServerConfig<C>>);

impl<W: Writing, C: Provider> Symbolon<W, C> {
    /// Over configurations that were made before.
    pub fn over((client, server): Configs<C>) -> Result<Self, Error> {
        Ok(Self {
            client,
            server,
            server_name: ServerName::dns(SERVER_NAME)?,
            buffers: Rc::new(RefCell::new((RecvBuf::new(), SendBuf::new()))),
            writing: PhantomData,
        })
    }
}

/// The configurations for a mode, changed by `change`.
pub fn configs<C: Provider>(
    pki: &Pki,
    mode: Mode,
    cipher: Cipher,
    change: impl FnOnce(Builders<C>) -> Builders<C>,
) -> Result<Configs<C>, Error> {
    const GROUPS: &[NamedGroup] = &[NamedGroup::x25519];
    let suites = [match cipher {
        Cipher::Aes128Gcm => CipherSuite::TLS_AES_128_GCM_SHA256,
        Cipher::ChaCha20Poly1305 => CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
    }];
    let anchors = || Anchors::from_der([&pki.root]);
    let mut client = ClientConfig::builder(C::provider()).suites(suites).groups(GROUPS).anchors(anchors()?);
    let mut server =
        ServerConfig::builder(C::provider()).suites(suites).groups(GROUPS).credential(credential::<C>(&pki.server)?);
    if mode.resumes() {
        client = client.tickets(Arc::new(Shelf::new(1, TICKETS)));
        let keys = Arc::new(TicketKeys::generate(&C::provider()).map_err(|_| "no randomness")?);
        server = server.resumption(Resumption::stateless(keys).count(1));
    }
    if mode.is_mutual() {
        client = client.credential(credential::<C>(&pki.client)?);
        server = server.client_auth(ClientAuth::require(anchors()?, Allow::anyone()));
    }
    let (client, server) = change((client, server));
    Ok((Arc::new(client.build()?), Arc::new(server.build()?)))
}

impl<W: Writing, C: Provider> Peer for Symbolon<W, C> {
    type Client = SymbolonEnd<ClientWith<'static, C>, W>;
    type Server = SymbolonEnd<ServerWith<'static, C>, W>;

    fn new(pki: &Pki, mode: Mode, cipher: Cipher) -> Result<Self, Error> {
        Self::over(configs(pki, mode, cipher, |builders| builders)?)
    }

    fn name() -> String {
        format!("Symbolon + {}, {}", C::Library::NAME, W::NAME)
    }

    fn struct_bytes() -> usize {
        size_of::<ClientWith<'static, C>>() + size_of::<ServerWith<'static, C>>()
    }

    fn allocations() -> Option<u64> {
        C::Library::allocations()
    }

    fn heap_bytes() -> usize {
        C::Library::heap_bytes()
    }

    fn client(&self) -> Result<Self::Client, Error> {
        let client = ClientWith::new(self.client.clone(), self.server_name.clone(), UnixTime::now());
        Ok(SymbolonEnd::new(client, &self.buffers))
    }

    fn server(&self) -> Result<Self::Server, Error> {
        Ok(SymbolonEnd::new(ServerWith::new(self.server.clone(), UnixTime::now()), &self.buffers))
    }
}

fn credential<C: Provider>(credential: &pki::Credential) -> Result<Credential, Error> {
    let signer = C::Signer::from_pkcs8(&credential.key).map_err(|_| "the key does not load")?;
    Ok(Credential::new(&credential.chain, Signing::Local(Box::new(signer)))?)
}

/// They belong to [`Symbolon`] and serve its connections in turn, so that an idle pair is not charged for them.
type Buffers = Rc<RefCell<(RecvBuf<'static>, SendBuf<'static>)>>;

/// A client or a server.
pub struct SymbolonEnd<E, W> {
    connection: E,
    buffers: Buffers,
    writing: PhantomData<W>,
}

impl<E, W> SymbolonEnd<E, W> {
    fn new(connection: E, buffers: &Buffers) -> Self {
        Self { connection, buffers: buffers.clone(), writing: PhantomData }
    }

    /// Without the buffers.
    pub fn into_connection(self) -> E {
        self.connection
    }
}

impl<R: Role, W: Writing, C: Provider> End for SymbolonEnd<Connection<'static, R, C>, W> {
    fn advance(&mut self) -> Result<bool, Error> {
        let (rx, tx) = &mut *self.buffers.borrow_mut();
        loop {
            match self.connection.step(rx, tx)? {
                Event::Moved { .. } => {}
                Event::NeedRecv => return Ok(self.connection.is_connected()),
                other => return Err(format!("{other:?} during the handshake").into()),
            }
        }
    }

    fn is_resumed(&self) -> bool {
        self.connection.negotiated().psk.is_some()
    }

    fn send(&mut self, wire: &mut Vec<u8>) -> Result<(), Error> {
        let (_, tx) = &mut *self.buffers.borrow_mut();
        let waiting = tx.to_send();
        wire.extend_from_slice(waiting);
        let n = waiting.len();
        tx.sent(n);
        tx.release();
        Ok(())
    }

    fn recv(&mut self, wire: &[u8]) -> Result<(), Error> {
        let (rx, _) = &mut *self.buffers.borrow_mut();
        match rx.receive(wire) {
            n if n == wire.len() => Ok(()),
            n => Err(format!("room for {n} bytes of {}", wire.len()).into()),
        }
    }

    fn place(&mut self, plaintext: &[u8]) -> Result<(), Error> {
        let (_, tx) = &mut *self.buffers.borrow_mut();
        W::place(&mut self.connection.app().ok_or("not connected")?, tx, plaintext)
    }

    fn seal(&mut self, plaintext: &[u8]) -> Result<(), Error> {
        let (_, tx) = &mut *self.buffers.borrow_mut();
        W::seal(&mut self.connection.app().ok_or("not connected")?, tx, plaintext)
    }

    fn open(&mut self, _room: &mut [u8]) -> Result<usize, Error> {
        let (rx, tx) = &mut *self.buffers.borrow_mut();
        let opened = match self.connection.step(rx, tx) {
            Ok(Event::Data(lent)) => lent.len(),
            other => return Err(format!("{other:?} instead of data").into()),
        };
        rx.consume(opened);
        rx.release();
        Ok(opened)
    }
}
