//! Strategies, filters, sizers and exits: plugins, one file each.
