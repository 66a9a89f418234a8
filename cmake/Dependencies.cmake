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

# For what brings no CMake package: nmt::NAME of its libraries (ARGN) and the folder that HEADER is included from. Sets
# NAME_FOUND.
function(nmt_find NAME HEADER)
  string(TOUPPER ${NAME} name)
  find_path(NMT_${name}_HEADERS ${HEADER})
  set(libraries)
  foreach(library ${ARGN})
    string(TOUPPER ${library} variable)
    find_library(NMT_${variable} ${library})
    list(APPEND libraries ${NMT_${variable}})
  endforeach()
  if("${NMT_${name}_HEADERS};${libraries}" MATCHES "NOTFOUND")
    set(${NAME}_FOUND FALSE PARENT_SCOPE)
    return()
  endif()
  nmt_wrap(${NAME} ${libraries})
  target_include_directories(nmt_dep_${NAME} SYSTEM INTERFACE ${NMT_${name}_HEADERS})
  set(${NAME}_FOUND TRUE PARENT_SCOPE)
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
nmt_wrap(spdlog spdlog::spdlog)

find_package(OpenSSL QUIET COMPONENTS Crypto)
if(NOT OpenSSL_FOUND)
  nmt_missing("OpenSSL" libssl-dev)
endif()
nmt_wrap(crypto OpenSSL::Crypto)

find_package(ICU QUIET COMPONENTS uc i18n)
if(NOT ICU_FOUND)
  nmt_missing("ICU" libicu-dev)
endif()
nmt_wrap(icu ICU::uc ICU::i18n)

find_package(ZLIB QUIET)
if(NOT ZLIB_FOUND)
  nmt_missing("zlib" zlib1g-dev)
endif()
nmt_find(zstd zstd.h zstd)
if(NOT zstd_FOUND)
  nmt_missing("zstd" libzstd-dev)
endif()
nmt_wrap(compression ZLIB::ZLIB nmt::zstd)

find_package(pugixml QUIET)
if(NOT pugixml_FOUND)
  nmt_missing("pugixml" libpugixml-dev)
endif()
if(TARGET pugixml::pugixml)
  nmt_wrap(xml pugixml::pugixml)
else()
  nmt_wrap(xml pugixml)
endif()

# pkg-config forgets the trainer, so both libraries are looked for by name.
nmt_find(sentencepiece sentencepiece_processor.h sentencepiece_train sentencepiece)
if(NOT sentencepiece_FOUND)
  nmt_missing("SentencePiece" libsentencepiece-dev)
endif()

# The library called cld2 alone exports its functions; cld2_full does not.
nmt_find(cld2 cld2/public/compact_lang_det.h cld2)
if(NOT cld2_FOUND)
  nmt_missing("CLD2" libcld2-dev)
endif()

# Optional parts: nmt::NAME is empty, and NMT_HAS_NAME not defined, where library or header are not there.
function(nmt_optional NAME HEADER)
  nmt_find(${NAME} ${HEADER} ${NAME})
  if(${NAME}_FOUND)
    string(TOUPPER ${NAME} name)
    target_compile_definitions(nmt_dep_${NAME} INTERFACE NMT_HAS_${name})
  else()
    nmt_wrap(${NAME})
  endif()
endfunction()

nmt_optional(fasttext fasttext/fasttext.h)  # models of one's own for identifying languages
nmt_optional(mecab mecab.h)                 # Japanese and Korean tokenizers of the scorer

find_package(Threads REQUIRED)

if(NMT_TESTS)
  find_package(GTest QUIET)
  if(NOT GTest_FOUND)
    nmt_missing("GoogleTest" "libgtest-dev libgmock-dev")
  endif()
endif()
