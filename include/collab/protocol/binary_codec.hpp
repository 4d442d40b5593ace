// collab/protocol/binary_codec.hpp - the dialect collab.v1.binary: messages in few bytes.
//
// Part of the core: headers only, no exceptions. docs/protocol.md describes every byte.

#ifndef COLLAB_PROTOCOL_BINARY_CODEC_HPP
#define COLLAB_PROTOCOL_BINARY_CODEC_HPP

#include "collab/protocol/binary_client_encoder.hpp"  // IWYU pragma: export
#include "collab/protocol/binary_decoder.hpp"         // IWYU pragma: export
#include "collab/protocol/binary_encoder.hpp"         // IWYU pragma: export
#include "collab/protocol/binary_server_decoder.hpp"  // IWYU pragma: export

#endif  // COLLAB_PROTOCOL_BINARY_CODEC_HPP
