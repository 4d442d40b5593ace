// collab/document/fwd.hpp - the names of the document module.

#ifndef COLLAB_DOCUMENT_FWD_HPP
#define COLLAB_DOCUMENT_FWD_HPP

#include <cstdint>

namespace collab {

class document;
class element;
struct color;
struct offset;
struct property_info;
struct property_register;
enum class element_kind : std::uint8_t;
enum class property : std::uint8_t;
enum class token : std::uint8_t;

}  // namespace collab

#endif  // COLLAB_DOCUMENT_FWD_HPP
