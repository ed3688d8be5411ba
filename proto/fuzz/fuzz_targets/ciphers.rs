#![no_main]

use libfuzzer_sys::fuzz_target;
use proto::opend::crypt::{Cipher, RsaKey, SessionKeys};
use proto_fuzz::{Input, key, random, takes_rsa};

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let Some(kind) = input.byte() else { return };
    let bytes = input.0;
    match kind % if takes_rsa(data) { 8 } else { 6 } {
        mode @ 0..=3 => {
            let keys = SessionKeys::generate(random().as_mut());
            let cipher = Cipher::with_keys(i32::from(mode) - 1, &keys).unwrap();
            let mut plain = Vec::new();
            // As it came, and as what the same key made.
            if cipher.open(bytes, &mut plain).is_ok() {
                assert!(plain.len() <= bytes.len());
            }
            let mut wire = bytes.to_vec();
            cipher.seal(&mut wire, 0);
            cipher.open(&wire, &mut plain).unwrap();
            assert_eq!(plain, bytes);
        }
        4 => {
            if let Some(piece) = input.piece()
                && let Ok(key_text) = std::str::from_utf8(piece)
            {
                let iv = std::str::from_utf8(input.0).ok();
                if let Ok(cipher) = Cipher::from_reply(key_text, iv) {
                    assert!(cipher.is_encrypted());
                }
            }
        }
        5 => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                let _ = RsaKey::from_pem(text);
            }
        }
        6 => {
            let _ = key().open(bytes, random().as_mut());
        }
        _ => {
            let mut wire = Vec::new();
            key().seal(bytes, random().as_mut(), &mut wire).unwrap();
            if !bytes.is_empty() {
                assert_eq!(*key().open(&wire, random().as_mut()).unwrap(), bytes);
            }
        }
    }
});
