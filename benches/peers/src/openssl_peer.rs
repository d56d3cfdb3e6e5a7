//! OpenSSL through the `openssl` crate, with a memory pipe as its BIO.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use openssl::pkey::PKey;
use openssl::ssl::{
    ErrorCode, ShutdownState, Ssl, SslContext, SslContextBuilder, SslMethod, SslSession, SslSessionCacheMode,
    SslStream, SslVerifyMode, SslVersion,
};
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;

use crate::alloc;
use crate::peer::{Cipher, End, Error, Mode, Peer};
use crate::pki::{Credential, Pki, SERVER_NAME};

/// The contexts of both ends.
pub struct Openssl {
    client: SslContext,
    server: SslContext,
    ticket: Ticket,
    to_client: Queue,
    to_server: Queue,
}

impl Peer for Openssl {
    type Client = OpensslEnd;
    type Server = OpensslEnd;

    fn new(pki: &Pki, mode: Mode, cipher: Cipher) -> Result<Self, Error> {
        let mut client = context(SslMethod::tls_client(), pki, cipher)?;
        client.set_verify(SslVerifyMode::PEER);
        let mut server = context(SslMethod::tls_server(), pki, cipher)?;
        present(&mut server, &pki.server)?;
        let ticket = Ticket::default();
        if mode.resumes() {
            let kept = ticket.clone();
            client.set_session_cache_mode(SslSessionCacheMode::CLIENT | SslSessionCacheMode::NO_INTERNAL);
            client.set_new_session_callback(move |_, session| *lock(&kept) = Some(session));
            server.set_session_id_context(b"peers")?;
        }
        server.set_num_tickets(mode.resumes().into())?;
        if mode.is_mutual() {
            present(&mut client, &pki.client)?;
            server.set_verify(SslVerifyMode::PEER | SslVerifyMode::FAIL_IF_NO_PEER_CERT);
        }
        Ok(Self {
            client: client.build(),
            server: server.build(),
            ticket,
            to_client: Queue::default(),
            to_server: Queue::default(),
        })
    }

    fn name() -> String {
        let version = openssl::version::version();
        let mut words = version.split(' ').take(2);
        match (words.next(), words.next()) {
            (Some(name), Some(number)) => format!("{name} {number}"),
            _ => version.to_owned(),
        }
    }

    fn allocations() -> Option<u64> {
        None
    }

    fn heap_bytes() -> usize {
        alloc::malloc_bytes()
    }

    fn client(&self) -> Result<OpensslEnd, Error> {
        let mut ssl = Ssl::new(&self.client)?;
        ssl.set_connect_state();
        ssl.set_hostname(SERVER_NAME)?;
        ssl.param_mut().set_host(SERVER_NAME)?;
        if let Some(session) = lock(&self.ticket).take() {
            // SAFETY: the session comes from a connection of the same context.
            #[allow(unsafe_code)]
            unsafe {
                ssl.set_session(&session)?;
            }
        }
        OpensslEnd::new(ssl, &self.to_client, &self.to_server)
    }

    fn server(&self) -> Result<OpensslEnd, Error> {
        let mut ssl = Ssl::new(&self.server)?;
        ssl.set_accept_state();
        OpensslEnd::new(ssl, &self.to_server, &self.to_client)
    }
}

fn context(method: SslMethod, pki: &Pki, cipher: Cipher) -> Result<SslContextBuilder, Error> {
    let mut context = SslContext::builder(method)?;
    context.set_min_proto_version(Some(SslVersion::TLS1_3))?;
    context.set_ciphersuites(match cipher {
        Cipher::Aes128Gcm => "TLS_AES_128_GCM_SHA256",
        Cipher::ChaCha20Poly1305 => "TLS_CHACHA20_POLY1305_SHA256",
    })?;
    context.set_groups_list("X25519")?;
    context.set_session_cache_mode(SslSessionCacheMode::OFF);
    let mut roots = X509StoreBuilder::new()?;
    roots.add_cert(X509::from_der(&pki.root)?)?;
    context.set_cert_store(roots.build());
    Ok(context)
}

fn present(context: &mut SslContextBuilder, credential: &Credential) -> Result<(), Error> {
    let mut chain = credential.chain.iter();
    let leaf = chain.next().ok_or("empty chain")?;
    context.set_certificate(X509::from_der(leaf)?.as_ref())?;
    for der in chain {
        context.add_extra_chain_cert(X509::from_der(der)?)?;
    }
    context.set_private_key(PKey::private_key_from_der(&credential.key)?.as_ref())?;
    context.check_private_key()?;
    Ok(())
}

/// The session of the connection before, until the next one takes it. What OpenSSL calls back must be safe to share.
type Ticket = Arc<Mutex<Option<SslSession>>>;

fn lock(ticket: &Ticket) -> MutexGuard<'_, Option<SslSession>> {
    ticket.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A client or a server.
pub struct OpensslEnd(SslStream<Pipe>);

impl OpensslEnd {
    fn new(ssl: Ssl, incoming: &Queue, outgoing: &Queue) -> Result<Self, Error> {
        let pipe = Pipe { incoming: incoming.clone(), outgoing: outgoing.clone() };
        Ok(Self(SslStream::new(ssl, pipe)?))
    }
}

impl End for OpensslEnd {
    fn advance(&mut self) -> Result<bool, Error> {
        match self.0.do_handshake() {
            Ok(()) => Ok(true),
            Err(e) if e.code() == ErrorCode::WANT_READ => Ok(false),
            Err(e) => Err(e.into()),
        }
    }

    fn take_ticket(&mut self) -> Result<(), Error> {
        match self.0.ssl_peek(&mut [0]) {
            Err(e) if e.code() == ErrorCode::WANT_READ => {
                // The ticket of a connection that is freed without a close_notify is not used again.
                self.0.set_shutdown(ShutdownState::SENT);
                Ok(())
            }
            Err(e) => Err(e.into()),
            Ok(_) => Err("data behind the handshake".into()),
        }
    }

    fn is_resumed(&self) -> bool {
        self.0.ssl().session_reused()
    }

    fn send(&mut self, wire: &mut Vec<u8>) -> Result<(), Error> {
        wire.extend(self.0.get_mut().outgoing.borrow_mut().drain(..));
        Ok(())
    }

    fn recv(&mut self, wire: &[u8]) -> Result<(), Error> {
        self.0.get_mut().incoming.borrow_mut().extend(wire);
        Ok(())
    }

    fn seal(&mut self, plaintext: &[u8]) -> Result<(), Error> {
        Ok(self.0.write_all(plaintext)?)
    }

    fn open(&mut self, room: &mut [u8]) -> Result<usize, Error> {
        Ok(self.0.ssl_read(room)?)
    }
}

type Queue = Rc<RefCell<VecDeque<u8>>>;

/// The memory that OpenSSL reads from and writes to. The queues belong to [`Openssl`] and serve all
/// its connections in turn, so that an idle pair is not charged for them.
pub struct Pipe {
    incoming: Queue,
    outgoing: Queue,
}

impl Read for Pipe {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let mut incoming = self.incoming.borrow_mut();
        if incoming.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        incoming.read(room)
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outgoing.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
