# Finds what the distribution provides, and says how to install what is missing.
function(nmt_missing WHAT PACKAGE)
  message(FATAL_ERROR "${WHAT} was not found. On Debian or Ubuntu: sudo apt-get install ${PACKAGE}")
endfunction()

# Wraps imported targets or plain libraries as nmt::NAME.
function(nmt_wrap NAME)
  add_library(nmt_dep_${NAME} INTERFACE)
  target_link_libraries(nmt_dep_${NAME} INTERFACE ${ARGN})
  add_library(nmt::${NAME} ALIAS nmt_dep_${NAME})
endfunction()

find_package(Boost QUIET COMPONENTS program_options)
if(NOT Boost_FOUND)
  nmt_missing("Boost.Program_options" libboost-program-options-dev)
endif()
nmt_wrap(program_options Boost::program_options)

find_package(yaml-cpp QUIET)
if(NOT yaml-cpp_FOUND)
  nmt_missing("yaml-cpp" libyaml-cpp-dev)
endif()
if(TARGET yaml-cpp::yaml-cpp)
  nmt_wrap(yaml yaml-cpp::yaml-cpp)
else()
  nmt_wrap(yaml yaml-cpp)
endif()

find_package(nlohmann_json QUIET)
if(NOT nlohmann_json_FOUND)
  nmt_missing("nlohmann-json" nlohmann-json3-dev)
endif()
nmt_wrap(json nlohmann_json::nlohmann_json)

find_package(spdlog QUIET)
if(NOT spdlog_FOUND)
  nmt_missing("spdlog" libspdlog-dev)
endif()
# Hidden in nmt/support/log.cpp; only its include folder and library are wanted elsewhere at link time.
nmt_wrap(spdlog $<LINK_ONLY:spdlog::spdlog>)

find_package(ICU QUIET COMPONENTS uc i18n)
if(NOT ICU_FOUND)
  nmt_missing("ICU" libicu-dev)
endif()
nmt_wrap(icu ICU::uc ICU::i18n)

find_package(ZLIB QUIET)
if(NOT ZLIB_FOUND)
  nmt_missing("zlib" zlib1g-dev)
endif()
find_library(NMT_ZSTD zstd)
if(NOT NMT_ZSTD)
  nmt_missing("zstd" libzstd-dev)
endif()
nmt_wrap(compression ZLIB::ZLIB ${NMT_ZSTD})

# pkg-config forgets the trainer, so both libraries are looked for by name.
find_library(NMT_SENTENCEPIECE sentencepiece)
find_library(NMT_SENTENCEPIECE_TRAIN sentencepiece_train)
if(NOT NMT_SENTENCEPIECE OR NOT NMT_SENTENCEPIECE_TRAIN)
  nmt_missing("SentencePiece" libsentencepiece-dev)
endif()
nmt_wrap(sentencepiece ${NMT_SENTENCEPIECE_TRAIN} ${NMT_SENTENCEPIECE})

find_package(Threads REQUIRED)

if(NMT_TESTS)
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    nmt_missing("GoogleTest" "libgtest-dev libgmock-dev")
  endif()
endif()
