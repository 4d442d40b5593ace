// collab/document/fwd.hpp - the names of the document module.

#ifndef COLLAB_DOCUMENT_FWD_HPP
#define COLLAB_DOCUMENT_FWD_HPP

#include <cstdint>

namespace collab {

class arrival_counter;
class document;
class element;
class lamport_clock;
class replica;
class spatial_index;
class timestamp_clock;
struct arrival_order;
struct color;
struct digest;
struct lamport_order;
struct merge_report;
struct offset;
struct property_info;
struct property_register;
struct timestamp_then_id;
enum class element_kind : std::uint8_t;
enum class property : std::uint8_t;
enum class token : std::uint8_t;

}  // namespace collab

#endif  // COLLAB_DOCUMENT_FWD_HPP
