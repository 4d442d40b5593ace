# The tests of another build, made with sanitizers, as tests of this one.
#
# With COLLAB_SANITIZED_BUILD_DIR set to the folder of that build, each unit test and the test
# with hostile messages is run there too, as asan.<name>: one run of ctest is all there is.

# collab_list_tests(FOLDER OUT): the tests of FOLDER and of those below it.
function(collab_list_tests folder out)
  get_property(tests DIRECTORY ${folder} PROPERTY TESTS)
  get_property(folders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(below IN LISTS folders)
    collab_list_tests(${below} more)
    list(APPEND tests ${more})
  endforeach()
  set(${out} ${tests} PARENT_SCOPE)
endfunction()

function(collab_add_sanitized_tests)
  collab_list_tests(${PROJECT_SOURCE_DIR}/tests tests)
  list(FILTER tests INCLUDE REGEX "^(unit\\.|hostile)")
  foreach(test IN LISTS tests)
    string(REPLACE "." "\\." pattern ${test})
    add_test(NAME asan.${test}
             COMMAND ${CMAKE_CTEST_COMMAND} --test-dir ${COLLAB_SANITIZED_BUILD_DIR}
                     -R "^${pattern}$" --no-tests=error --output-on-failure)
    set_tests_properties(asan.${test} PROPERTIES TIMEOUT 1200)
  endforeach()
endfunction()

set(COLLAB_SANITIZED_BUILD_DIR "" CACHE PATH "A build with sanitizers whose tests are run too")
if(COLLAB_SANITIZED_BUILD_DIR)
  # Once all tests are known.
  cmake_language(DEFER DIRECTORY ${PROJECT_SOURCE_DIR}/tests CALL collab_add_sanitized_tests)
endif()
