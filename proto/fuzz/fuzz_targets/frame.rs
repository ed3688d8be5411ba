#![no_main]

use libfuzzer_sys::fuzz_target;
use proto::opend::frame::{Decoder, HEADER_LEN, Outgoing, append};
use proto_fuzz::Input;

fuzz_target!(|data: &[u8]| {
    let mut input = Input(data);
    let (Some(cut), Some(limit)) = (input.byte(), input.byte()) else { return };
    let bytes = input.0;
    // Whole, and cut.
    let decode = |cut: usize| {
        let mut decoder = Decoder::new(u32::from(limit) * 16);
        let (mut frames, mut arrived) = (Vec::new(), 0);
        for mut piece in bytes.chunks(cut) {
            arrived += piece.len();
            loop {
                match decoder.next(&mut piece) {
                    Ok(Some(frame)) => frames.push((frame.header, frame.body.to_vec())),
                    Ok(None) => break,
                    Err(error) => {
                        assert_eq!(decoder.next(&mut &b"FT"[..]), Err(error));
                        return (frames, Err(error));
                    }
                }
            }
            assert!(piece.is_empty());
            assert!(decoder.reserved() <= 2 * arrived + 4096);
        }
        (frames, Ok(decoder.is_mid_frame()))
    };
    let whole = decode(usize::MAX);
    assert_eq!(decode(usize::from(cut).max(1)), whole);
    for (header, body) in &whole.0 {
        assert_eq!(header.body_len as usize, body.len());
        let mut again = Vec::new();
        let head = Outgoing { proto_id: header.proto_id, format: header.format, serial: header.serial };
        match append(&mut again, head, body) {
            Ok(()) => {
                assert_eq!(again[HEADER_LEN..], body[..]);
                assert_eq!(again[..7], header.write()[..7]);
                assert_eq!(again[8..16], header.write()[8..16]);
            }
            Err(_) => assert!(body.is_empty()),
        }
    }
});
