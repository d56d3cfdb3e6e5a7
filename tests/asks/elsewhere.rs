//! Another thread, which answers.
#![allow(unreachable_pub)]

use super::util::pair::End;
use super::util::provider::Provider;
use super::{answer, asked};
use std::sync::mpsc::{Receiver, Sender, channel};
use symbolon::io::blocking::Reply;
use symbolon::wire::SignatureScheme;
use symbolon::{Ask, Role};

/// An [`Ask`] that can leave the thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    Hello { server_name: Option<String>, alpn: Vec<Vec<u8>>, schemes: Vec<SignatureScheme> },
    Request { schemes: Vec<SignatureScheme>, authorities: Vec<Vec<u8>> },
    Chain(Vec<Vec<u8>>),
    Sign { scheme: SignatureScheme, content: Vec<u8> },
}

impl From<&Ask<'_>> for Question {
    fn from(ask: &Ask<'_>) -> Self {
        match ask {
            Ask::ClientHello(hello) => Self::Hello {
                server_name: hello.extensions.server_name.map(|name| String::from_utf8(name.to_vec()).unwrap()),
                alpn: hello.extensions.alpn.iter().flat_map(|names| names.iter()).map(|name| name.0.to_vec()).collect(),
                schemes: hello.extensions.signature_algorithms.unwrap().iter().collect(),
            },
            Ask::CertificateRequest(request) => Self::Request {
                schemes: request.extensions.signature_algorithms.unwrap().iter().collect(),
                authorities: request
                    .extensions
                    .certificate_authorities
                    .iter()
                    .flat_map(|names| names.iter())
                    .map(|name| name.0.to_vec())
                    .collect(),
            },
            Ask::PeerChain(certificate) => {
                Self::Chain(certificate.certificate_list.iter().map(|entry| entry.cert_data.to_vec()).collect())
            }
            Ask::Sign(request) => Self::Sign { scheme: request.scheme, content: request.content.as_ref().to_vec() },
        }
    }
}

/// A thread that answers questions, and keeps them.
pub struct Elsewhere {
    questions: Sender<Question>,
    replies: Receiver<Reply<'static>>,
    pub asked: Vec<Question>,
}

impl Elsewhere {
    pub fn new(mut answers: impl FnMut(&Question) -> Reply<'static> + Send + 'static) -> Self {
        let (questions, inbox) = channel();
        let (outbox, replies) = channel();
        std::thread::spawn(move || inbox.iter().take_while(|question| outbox.send(answers(question)).is_ok()).count());
        Self { questions, replies, asked: Vec::new() }
    }

    /// Nobody is asked.
    pub fn nobody() -> Self {
        Self::new(|question| panic!("{question:?}"))
    }

    fn ask(&mut self, question: Question) -> Reply<'static> {
        self.questions.send(question.clone()).unwrap();
        self.asked.push(question);
        self.replies.recv().expect("the other thread answers")
    }

    /// Steps, asking as often as there is a question.
    pub fn settle<R: Role>(&mut self, end: &mut End<R, Provider>) {
        while end.drive() {
            let question = asked(end);
            assert_eq!(asked(end), question, "asked again, it is the same question");
            let reply = self.ask(question);
            answer(end, &reply);
        }
    }
}
