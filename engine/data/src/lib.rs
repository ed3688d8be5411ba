//! Files in and out: CSV into checked columns, run tables out.
