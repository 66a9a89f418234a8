# Makes the target nmt::scoring: the scorer as a library of its own. Its headers need C++20 and nothing but the standard
# library; what it is built with (ICU, SentencePiece, OpenSSL, zlib, zstd) is found by the loader.
get_filename_component(nmt_scoring_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET nmt::scoring)
  add_library(nmt::support SHARED IMPORTED)
  set_target_properties(nmt::support PROPERTIES IMPORTED_LOCATION "${nmt_scoring_prefix}/lib/libnmt_support.so")
  add_library(nmt::scoring SHARED IMPORTED)
  set_target_properties(nmt::scoring PROPERTIES IMPORTED_LOCATION "${nmt_scoring_prefix}/lib/libnmt_scoring.so")
  target_include_directories(nmt::scoring INTERFACE "${nmt_scoring_prefix}/include")
  target_compile_features(nmt::scoring INTERFACE cxx_std_20)
  target_link_libraries(nmt::scoring INTERFACE nmt::support)
endif()
