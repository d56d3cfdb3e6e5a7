//! WAIT_CERT_CR: CertificateRequest (RFC 8446 §4.3.2), if the server sends one.

use super::{Asked, ClientCx, WaitCert, WaitCertCr};
#[cfg(feature = "alloc")]
use crate::config::Beside;
use crate::config::ClientAuthMode;
use crate::crypto::Crypto;
use crate::fault::{Fault, Reason};
#[cfg(feature = "alloc")]
use crate::handshake::WhyNothingSent;
#[cfg(feature = "alloc")]
use crate::handshake::compressed_certificate::check as check_compression;
use crate::handshake::{Chosen, Inbound, Trace};
use crate::wire::{CertificateRequest, ExtensionType, In};

impl WaitCertCr {
    /// The server went straight to its Certificate: it does not ask for ours.
    pub(super) fn not_asked(self) -> WaitCert {
        WaitCert { at: self.at, asked: Asked::No }
    }

    pub(super) fn recv_certificate_request<'c, C: Crypto>(
        self,
        msg: Inbound<'_>,
        chosen: Chosen<'c>,
        cx: &mut ClientCx<'_, 'c, C>,
    ) -> Result<WaitCert, Fault> {
        let request: CertificateRequest<'_> = cx.absorb(msg)?;
        // [4.3.2-1]
        if !request.certificate_request_context.is_empty() {
            return Err(Fault::from(Reason::ContextNotEmpty).field("certificate_request_context"));
        }
        // [4.3.2-4] [9.3-2] [8701-4.2-1]
        request.extensions.raw.check(In::CertificateRequest)?;
        // [4.3.2-2]
        if request.extensions.signature_algorithms.is_none() {
            return Err(Fault::from(Reason::ExtensionMissing).extension(ExtensionType::signature_algorithms));
        }
        #[cfg(feature = "alloc")]
        {
            cx.desk.ask_beside(Beside::of_request(&request));
            check_compression(request.extensions.compress_certificate)?;
            cx.take_compression(request.extensions.compress_certificate);
        }
        cx.base.trace(Trace::ClientAuth(ClientAuthMode::Request));
        let asked = match chosen {
            Ok((credential, scheme)) => {
                cx.desk.credential = Some(credential);
                Asked::Sign(scheme)
            }
            #[cfg(feature = "alloc")]
            Err(why) if cx.config.never_anonymous && why != WhyNothingSent::Declined => {
                return Err(why.reason().into());
            }
            Err(_) => Asked::NothingToShow,
        };
        Ok(WaitCert { at: self.at, asked })
    }
}
