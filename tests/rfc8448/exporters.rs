//! What exporters give at the end of each trace, against values that were computed elsewhere (`vectors/exporters`).

use crate::kv::{Block, File};
use crate::replay::Replay;
use crate::script::Provider;
use crate::section::{Content, Section};
use ring::digest::{SHA256, digest};
use symbolon::{Connection, Role};

// [7.5-1] [7.5-2]
pub fn client_exports_from_every_section<C: Provider>() {
    assert_exports(|section| Replay::<_, C>::client(section));
}

// [7.5-1] [7.5-2]
pub fn server_exports_from_every_section<C: Provider>() {
    assert_exports(|section| Replay::<_, C>::server(section));
}

// [9266-2-1]
fn assert_exports<R: Role, C: Provider>(end: impl for<'s> Fn(&'s Section) -> Replay<'s, R, C>) {
    let file = File::read("vectors/exporters/exporters.kv");
    for name in crate::SECTIONS {
        let section = Section::read(name);
        let mut replay = end(&section);
        // Once both ends are closed there is nothing to export from.
        replay.conversation.retain(|record| record.content != Content::Alert);
        assert_eq!(replay.run(), Ok(()));
        let cases = file.all(name);
        assert_eq!(cases.len(), 5);
        cases.iter().for_each(|case| assert_exports_case(&replay.conn, case));
        let binding = file.all(name)[0];
        assert_eq!(binding.text("Label"), "EXPORTER-Channel-Binding");
        assert_eq!(replay.conn.channel_binding().unwrap(), binding.bytes("Exported"));
    }
}

fn assert_exports_case<R: Role, C: symbolon::crypto::Crypto>(conn: &Connection<'_, R, C>, case: &Block) {
    let mut out = vec![0; case.text("Length").parse().unwrap()];
    conn.export(case.text("Label"), case.bytes("Context"), &mut out).unwrap();
    match case.find("Exported") {
        Some(exported) => assert_eq!(out, exported, "{}", case.title),
        None => assert_eq!(digest(&SHA256, &out).as_ref(), case.bytes("Sha256OfExported"), "{}", case.title),
    }
}
