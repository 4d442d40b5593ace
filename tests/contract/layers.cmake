# What DESIGN asks of the modules, read from their text. Run with cmake -P.
#
#   ROOT     the tree to read: its include/collab and src
#   PLANTED  the tree holds faults, each marked `planted`: all of them must be found, and
#            nothing else
#
# - A module includes only modules before it, see may_use_*.
# - The core takes neither time nor randomness from the system, has no threads and no I/O,
#   and neither throws nor catches. Adapters, named below, are what asks the system.
# - asio.hpp and simdjson.h are included by .cpp files and by headers in src/ only.
# - Public headers are in the language of no compiler, but for those named below.

cmake_minimum_required(VERSION 3.24)

set(core_modules core ink document history room)
set(may_use_core)
set(may_use_ink core)
set(may_use_document ${may_use_ink} ink)
set(may_use_history ${may_use_document} document)
set(may_use_room ${may_use_history} history)
set(may_use_protocol ${may_use_room} room)
set(may_use_storage core)
set(may_use_transport core)
set(may_use_client ${may_use_protocol} protocol transport)
set(may_use_server ${may_use_client} storage client)
set(may_use_cluster ${may_use_server} server)
# Ships what stands in for the interfaces of any module.
set(may_use_testing ${may_use_server})

set(adapters core/clock.hpp core/random_source.hpp)
# Have something else for other compilers.
set(compiler_headers ink/detail/inlining.hpp ink/detail/vector_lanes.hpp)

# Written without word boundaries, which CMake's regular expressions do not have.
set(before "(^|[^A-Za-z0-9_])")
set(after "([^A-Za-z0-9_]|$)")
set(system_words
    "${before}[a-z_]*_clock::now${after}"
    "${before}(time|clock)\\((nullptr|NULL|0)?\\)"
    "${before}(clock_gettime|gettimeofday|getrandom|getentropy|rand|srand)${after}"
    "${before}random_device${after}"
    "${before}(thread|jthread|this_thread|async|mutex|shared_mutex|condition_variable)${after}"
    "${before}(sleep_for|sleep_until|usleep|nanosleep)${after}"
    "${before}(fstream|ifstream|ofstream|iostream|cstdio|fopen|printf)${after}"
    "${before}asio${after}")
set(exception_words
    "${before}(throw|try|catch)${after}"
    "${before}(dynamic_cast|typeid)${after}")

set(compiler_words
    "__builtin_"
    "${before}(gnu|clang|msvc)::"  # attributes, vector_size among them
    "${before}(__attribute__|__declspec|__forceinline|__asm__|__int128|__m128i?)${after}"
    "#[^\n]*${before}(__GNUC__|__clang__|_MSC_VER)${after}")

set(faults 0)
set(planted 0)

# Reports every line of `text` that matches `pattern`.
function(report file text pattern why)
  string(REGEX MATCHALL "[^\n]*${pattern}[^\n]*" lines "${text}")
  foreach(line IN LISTS lines)
    string(STRIP "${line}" line)
    math(EXPR faults "${faults} + 1")
    message(NOTICE "${file}: ${why}: ${line}")
  endforeach()
  set(faults ${faults} PARENT_SCOPE)
endfunction()

# `text` without comments, and without what has a meaning in a list.
function(read_code file out)
  file(READ ${file} text)
  string(REGEX MATCHALL "// planted" marks "${text}")
  list(LENGTH marks count)
  math(EXPR planted "${planted} + ${count}")
  set(planted ${planted} PARENT_SCOPE)
  string(REGEX REPLACE "[][;]" " " text "${text}")
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE public_headers RELATIVE ${ROOT}/include/collab ${ROOT}/include/collab/*.hpp)
file(GLOB_RECURSE sources RELATIVE ${ROOT}/src ${ROOT}/src/*.?pp)
list(LENGTH public_headers public_count)
if(public_count EQUAL 0)
  message(FATAL_ERROR "${ROOT}/include/collab: no header was found")
endif()

foreach(place include/collab src)
  set(files ${public_headers})
  if(place STREQUAL src)
    set(files ${sources})
  endif()
  foreach(name IN LISTS files)
    if(NOT name MATCHES "^([a-z_]+)/")
      continue()  # collab.hpp, the whole core
    endif()
    set(module ${CMAKE_MATCH_1})
    set(file ${place}/${name})
    read_code(${ROOT}/${file} code)
    if(NOT DEFINED may_use_${module} AND NOT module STREQUAL core)
      report(${file} "${module}" "${module}" "not a module that layers.cmake knows")
      continue()
    endif()

    string(REGEX MATCHALL "# *include +[<\"](collab/)?[a-z_]+/" includes "${code}")
    list(REMOVE_DUPLICATES includes)
    foreach(include IN LISTS includes)
      string(REGEX REPLACE ".*[<\"](collab/)?([a-z_]+)/" "\\2" other "${include}")
      set(is_ours ${CMAKE_MATCH_1})
      if(other STREQUAL module OR other IN_LIST may_use_${module})
        continue()
      endif()
      if(is_ours OR DEFINED may_use_${other})
        report(${file} "${include}" "include" "${module} may not include ${other}")
      endif()
    endforeach()

    if(place STREQUAL "include/collab")
      report(${file} "${code}" "include *[<\"](asio|simdjson)[./]" "for .cpp files only")
      if(NOT name IN_LIST compiler_headers)
        foreach(word IN LISTS compiler_words)
          report(${file} "${code}" "${word}" "not every compiler knows it")
        endforeach()
      endif()
    endif()
    if(module IN_LIST core_modules)
      if(NOT name IN_LIST adapters)
        foreach(word IN LISTS system_words)
          report(${file} "${code}" "${word}" "the core asks the system for nothing")
        endforeach()
      endif()
      foreach(word IN LISTS exception_words)
        report(${file} "${code}" "${word}" "the core has no exceptions and no RTTI")
      endforeach()
    endif()
  endforeach()
endforeach()

if(PLANTED)
  if(NOT faults EQUAL planted OR planted EQUAL 0)
    message(FATAL_ERROR "${planted} faults are planted, ${faults} were found")
  endif()
  message(NOTICE "all ${planted} planted faults were found")
elseif(faults GREATER 0)
  message(FATAL_ERROR "${faults} faults")
endif()
