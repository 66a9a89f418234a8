# Installs the scorer into WORK, builds the consumer against it and looks at what it prints.
# cmake -D BUILD=<build folder> -D SOURCE=<this folder> -D WORK=<scratch folder> -D SANITIZE=<NMT_SANITIZE> -P run.cmake
file(REMOVE_RECURSE ${WORK})
if(SANITIZE)  # the library needs their runtime in the program that loads it
  set(sanitize -DCMAKE_EXE_LINKER_FLAGS=-fsanitize=${SANITIZE})
endif()
foreach(step
        "${CMAKE_COMMAND};--install;${BUILD};--prefix;${WORK}/prefix;--component;scoring"
        "${CMAKE_COMMAND};-S;${SOURCE};-B;${WORK}/build;-DCMAKE_PREFIX_PATH=${WORK}/prefix;-DCMAKE_BUILD_TYPE=Release;${sanitize}"
        "${CMAKE_COMMAND};--build;${WORK}/build")
  execute_process(COMMAND ${step} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
execute_process(COMMAND ${WORK}/build/consumer OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output MATCHES "TER\\|nrefs:1\\|.* = 11.11\nchrF2\\|nrefs:1\\|bs:100\\|seed:12345\\|.* = [0-9.]+ \\(μ = ")
  message(FATAL_ERROR "the consumer printed\n${output}")
endif()
