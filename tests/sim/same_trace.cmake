# The same seeds have the same traces in two processes: nothing in a run depends on where memory lies
# or in which order a hash map is walked.
#
#   cmake -D PROGRAM=collab-sim -D SEEDS=100 -P same_trace.cmake
foreach(time 1 2)
  execute_process(COMMAND ${PROGRAM} --seeds ${SEEDS} --from 1 --hashes --hash-check
                  OUTPUT_VARIABLE output_${time} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${output_${time}}")
  endif()
endforeach()
if(NOT output_1 STREQUAL output_2)
  message(FATAL_ERROR "Two processes differ:\n${output_1}\n${output_2}")
endif()
string(REGEX MATCHALL "seed [0-9]+ hash" all "${output_1}")
list(LENGTH all count)
if(NOT count EQUAL SEEDS)
  message(FATAL_ERROR "${count} hashes of ${SEEDS}")
endif()
message(STATUS "${count} of ${SEEDS} seeds have the same trace, four times")
