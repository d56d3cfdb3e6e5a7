//! What the widely copied recipes with `openssl req` and `openssl x509` make.

use crate::keys::openssl;
use crate::world::{Case, HOST};
use std::path::Path;

/// A recipe: commands in a folder of its own, which leave `chain.pem`, `ca.pem` and `leaf.key`.
struct Recipe {
    name: &'static str,
    commands: &'static [&'static str],
}

const SELF_SIGNED: &str =
    "req -x509 -newkey rsa:2048 -nodes -days 365 -keyout leaf.key -out chain.pem -subj /CN=server.test";
const CA_KEY: &str = "genrsa -out ca.key 2048";
const CA: &str = "req -x509 -new -nodes -key ca.key -sha256 -days 1825 -out ca.pem -subj /CN=ca";
const LEAF_REQUEST: &str = "req -new -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj /CN=server.test";
const SIGN: &str = "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -sha256 -out chain.pem";

const RECIPES: &[Recipe] = &[
    Recipe { name: "req -x509, trusted", commands: &[SELF_SIGNED, "x509 -in chain.pem -out ca.pem"] },
    Recipe {
        name: "req -x509 -addext subjectAltName, trusted",
        commands: &[
            "req -x509 -newkey rsa:2048 -nodes -days 365 -keyout leaf.key -out chain.pem -subj /CN=server.test \
             -addext subjectAltName=DNS:server.test",
            "x509 -in chain.pem -out ca.pem",
        ],
    },
    Recipe {
        name: "req -x509 -addext subjectAltName,basicConstraints CA:FALSE, trusted",
        commands: &[
            "req -x509 -newkey rsa:2048 -nodes -days 365 -keyout leaf.key -out chain.pem -subj /CN=server.test \
             -addext subjectAltName=DNS:server.test -addext basicConstraints=critical,CA:FALSE",
            "x509 -in chain.pem -out ca.pem",
        ],
    },
    Recipe { name: "req -x509 and x509 -req", commands: &[CA_KEY, CA, LEAF_REQUEST, SIGN] },
    Recipe {
        name: "req -x509 and x509 -req -extfile subjectAltName",
        commands: &[CA_KEY, CA, LEAF_REQUEST, "= ext subjectAltName=DNS:server.test", SIGN_EXT],
    },
    Recipe {
        name: "req -x509 and x509 -req -extfile as for a local development server",
        commands: &[
            CA_KEY,
            CA,
            LEAF_REQUEST,
            "= ext authorityKeyIdentifier=keyid,issuer\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature,\
             nonRepudiation,keyEncipherment,dataEncipherment\nsubjectAltName=DNS:server.test",
            SIGN_EXT,
        ],
    },
    Recipe {
        name: "the same with keyUsage of the CA",
        commands: &[
            CA_KEY,
            "req -x509 -new -nodes -key ca.key -sha256 -days 1825 -out ca.pem -subj /CN=ca -addext \
             keyUsage=critical,keyCertSign,cRLSign",
            LEAF_REQUEST,
            "= ext authorityKeyIdentifier=keyid,issuer\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature,\
             nonRepudiation,keyEncipherment,dataEncipherment\nsubjectAltName=DNS:server.test",
            SIGN_EXT,
        ],
    },
    Recipe {
        name: "a CA of version 1 by x509 -req -signkey",
        commands: &[
            "req -new -newkey rsa:2048 -nodes -keyout ca.key -out ca.csr -subj /CN=ca",
            "x509 -req -in ca.csr -signkey ca.key -days 1825 -out ca.pem",
            LEAF_REQUEST,
            "= ext subjectAltName=DNS:server.test",
            SIGN_EXT,
        ],
    },
    Recipe {
        name: "-sha1",
        commands: &[
            CA_KEY,
            CA,
            LEAF_REQUEST,
            "= ext subjectAltName=DNS:server.test\nbasicConstraints=CA:FALSE\nsubjectKeyIdentifier=hash\n\
             authorityKeyIdentifier=keyid",
            "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 1 -days 825 -sha1 -extfile ext -out chain.pem",
        ],
    },
    Recipe {
        name: "-days 36500",
        commands: &[
            CA_KEY,
            "req -x509 -new -nodes -key ca.key -days 36500 -out ca.pem -subj /CN=ca",
            LEAF_REQUEST,
            "= ext subjectAltName=DNS:server.test",
            "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 36500 -extfile ext -out chain.pem",
        ],
    },
    Recipe {
        name: "prime256v1 keys, -set_serial 0, -copy_extensions",
        commands: &[
            "ecparam -name prime256v1 -genkey -noout -out ca.key",
            "req -x509 -new -key ca.key -days 365 -out ca.pem -subj /O=Works/CN=ca",
            "ecparam -name prime256v1 -genkey -noout -out leaf.key",
            "req -new -key leaf.key -out leaf.csr -subj /CN=server.test -addext subjectAltName=DNS:server.test",
            "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 0 -days 365 -copy_extensions copy -out chain.pem",
        ],
    },
    Recipe {
        name: "a CA and a leaf that have the same name",
        commands: &[
            CA_KEY,
            "req -x509 -new -nodes -key ca.key -days 365 -out ca.pem -subj /CN=server.test",
            LEAF_REQUEST,
            "= ext subjectAltName=DNS:server.test",
            SIGN_EXT,
        ],
    },
    Recipe {
        name: "a leaf that became a CA by the default extensions",
        commands: &[
            CA_KEY,
            CA,
            "genrsa -out leaf.key 2048",
            "req -x509 -new -key leaf.key -CA ca.pem -CAkey ca.key -days 365 -out chain.pem -subj /CN=server.test \
             -addext subjectAltName=DNS:server.test",
        ],
    },
    Recipe {
        name: "Ed25519",
        commands: &[
            "genpkey -algorithm ed25519 -out ca.key",
            "req -x509 -new -key ca.key -days 365 -out ca.pem -subj /CN=ca",
            "genpkey -algorithm ed25519 -out leaf.key",
            "req -new -key leaf.key -out leaf.csr -subj /CN=server.test",
            "= ext subjectAltName=DNS:server.test\nextendedKeyUsage=serverAuth",
            "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -extfile ext -out chain.pem",
        ],
    },
];

const SIGN_EXT: &str =
    "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -sha256 -extfile ext -out chain.pem";

pub fn all(folder: &Path) -> Vec<Case> {
    RECIPES.iter().enumerate().map(|(n, recipe)| recipe.follow(&folder.join(format!("recipe-{n}")))).collect()
}

impl Recipe {
    /// Follows it in an empty folder. A line `= FILE TEXT` writes a file.
    fn follow(&self, folder: &Path) -> Case {
        std::fs::create_dir_all(folder).unwrap();
        for command in self.commands {
            match command.strip_prefix("= ").and_then(|rest| rest.split_once(' ')) {
                Some((file, text)) => std::fs::write(folder.join(file), format!("{text}\n")).unwrap(),
                None => {
                    let in_folder = |word: &str| match word.rsplit_once('.') {
                        _ if word == "ext" => folder.join(word).display().to_string(),
                        Some((_, "pem" | "key" | "csr")) => folder.join(word).display().to_string(),
                        _ => word.to_owned(),
                    };
                    let words: Vec<String> = command.split_whitespace().map(in_folder).collect();
                    openssl(&words.iter().map(String::as_str).collect::<Vec<_>>());
                }
            }
        }
        let der = |file: &str| openssl(&["x509", "-outform", "DER", "-in", &folder.join(file).display().to_string()]);
        Case {
            name: format!("recipe: {}", self.name),
            chain: vec![der("chain.pem")],
            anchors: vec![der("ca.pem")],
            client: false,
            host: HOST.to_owned(),
            key: folder.join("leaf.key").display().to_string(),
        }
    }
}
