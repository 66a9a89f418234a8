# Makes the target nmt::torch, in this build and for find_package(nmt). LibTorch is found without find_package(Torch), which
# on a CUDA build demands nvcc even where no kernel is compiled. Order: NMT_TORCH_DIR, which must be right, Torch_DIR,
# CMAKE_PREFIX_PATH, the `torch` package of python3, the per-user cache that scripts/setup.sh fills, newest first.
#   cmake [-DNMT_TORCH_DIR=FOLDER] -P LibTorch.cmake     only says whether and where it is found
cmake_policy(VERSION 3.25)
set(NMT_TORCH_DIR "" CACHE PATH "Folder of LibTorch: the one that holds include/ and lib/")
set(torch_oldest 2.11.0)  # what nmt was built and tested with; nobody has tried an older one

set(candidates "")
foreach(hint ${Torch_DIR} $ENV{Torch_DIR})
  list(APPEND candidates ${hint}/../../.. ${hint})
endforeach()
string(REPLACE ":" ";" environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
foreach(prefix ${CMAKE_PREFIX_PATH} ${environment_prefixes})
  list(APPEND candidates ${prefix} ${prefix}/../..)  # of torch/share/cmake, as PyTorch's manual names it
endforeach()
find_program(NMT_PYTHON python3)
if(NMT_PYTHON)
  execute_process(
    COMMAND ${NMT_PYTHON} -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
    OUTPUT_VARIABLE python_torch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  list(APPEND candidates ${python_torch})
endif()
set(cache $ENV{XDG_CACHE_HOME})
if(NOT cache)
  set(cache $ENV{HOME}/.cache)
endif()
file(GLOB cached ${cache}/nmt/torch-*/torch)
list(FILTER cached EXCLUDE REGEX "\\.part/torch$")
list(SORT cached COMPARE NATURAL ORDER DESCENDING)
list(APPEND candidates ${cached})

# Sets RESULT to the version of the LibTorch in FOLDER; empty where there is none, or not all of it.
function(nmt_torch_version FOLDER RESULT)
  set(${RESULT} "" PARENT_SCOPE)
  if(NOT EXISTS ${FOLDER}/include/torch/csrc/api/include/torch/torch.h OR NOT EXISTS ${FOLDER}/lib/libtorch.so)
    return()
  endif()
  # Newer releases keep the numbers in headeronly/, older ones in the C++ API's own header.
  set(header ${FOLDER}/include/torch/headeronly/version.h)
  if(NOT EXISTS ${header})
    set(header ${FOLDER}/include/torch/csrc/api/include/torch/version.h)
  endif()
  if(EXISTS ${header})
    file(STRINGS ${header} lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    string(REGEX REPLACE "[^0-9;]*([0-9]+)" "\\1" numbers "${lines}")
    list(JOIN numbers "." version)
    set(${RESULT} "${version}" PARENT_SCOPE)
  endif()
endfunction()

set(torch_root "")
if(NMT_TORCH_DIR)
  nmt_torch_version(${NMT_TORCH_DIR} torch_version)
  if(NOT torch_version)
    message(FATAL_ERROR "NMT_TORCH_DIR is ${NMT_TORCH_DIR}, which holds no LibTorch, or not all of it: include/ with the "
                        "C++ headers and lib/libtorch.so are needed")
  elseif(torch_version VERSION_LESS torch_oldest)
    message(WARNING "LibTorch ${torch_version} in ${NMT_TORCH_DIR} is older than ${torch_oldest}, the oldest that was tried")
  endif()
  get_filename_component(torch_root ${NMT_TORCH_DIR} ABSOLUTE)
else()
  foreach(candidate ${candidates})
    nmt_torch_version(${candidate} torch_version)
    if(torch_version VERSION_GREATER_EQUAL torch_oldest)
      get_filename_component(torch_root ${candidate} ABSOLUTE)
      break()
    elseif(torch_version)
      message(STATUS "Not used: LibTorch ${torch_version} in ${candidate}; ${torch_oldest} or newer is needed "
                     "(-DNMT_TORCH_DIR=${candidate} tries it all the same)")
    elseif(candidate IN_LIST python_torch OR candidate IN_LIST cached)
      message(STATUS "Not used: ${candidate}, which lacks LibTorch's C++ headers or lib/libtorch.so")
    endif()
  endforeach()
endif()
if(NOT torch_root)
  message(FATAL_ERROR "LibTorch from ${torch_oldest} on was not found. Run scripts/setup.sh, which installs it into a per-user "
                      "cache, or install the Python package (pip install torch), or name its folder: "
                      "cmake -DNMT_TORCH_DIR=/path/to/torch")
endif()
if(TARGET nmt::torch)
  return()
endif()
message(STATUS "LibTorch ${torch_version} in ${torch_root}")
if(CMAKE_SCRIPT_MODE_FILE)
  return()
endif()

add_library(nmt_dep_torch INTERFACE)
add_library(nmt::torch ALIAS nmt_dep_torch)
target_include_directories(nmt_dep_torch SYSTEM INTERFACE ${torch_root}/include ${torch_root}/include/torch/csrc/api/include)
target_link_directories(nmt_dep_torch INTERFACE ${torch_root}/lib)
# libtorch.so exports parts of an old std::filesystem of its own, which crash: the real one has to be found first.
target_link_libraries(nmt_dep_torch INTERFACE stdc++ torch torch_cpu c10)
if(EXISTS ${torch_root}/lib/libtorch_cuda.so)
  # Nothing refers to the CUDA library by name; without this the linker would drop it and no GPU would be seen.
  target_link_options(nmt_dep_torch INTERFACE LINKER:--no-as-needed)
  target_link_libraries(nmt_dep_torch INTERFACE torch_cuda c10_cuda)
  set(NMT_TORCH_HAS_CUDA ON)
endif()
# The headers of CUDA and NCCL, from the wheels beside torch: what LibTorch's NCCL backend is compiled with.
file(GLOB cuda_headers ${torch_root}/../nvidia/cu*/include/cuda_runtime_api.h)
set(nccl_headers ${torch_root}/../nvidia/nccl/include)
if(EXISTS ${torch_root}/lib/libtorch_cuda.so AND EXISTS ${nccl_headers}/nccl.h AND cuda_headers)
  list(GET cuda_headers 0 cuda_headers)
  get_filename_component(cuda_headers ${cuda_headers} DIRECTORY)
  add_library(nmt_dep_nccl INTERFACE)
  add_library(nmt::nccl ALIAS nmt_dep_nccl)
  target_include_directories(nmt_dep_nccl SYSTEM INTERFACE ${nccl_headers} ${cuda_headers})
  target_compile_definitions(nmt_dep_nccl INTERFACE USE_C10D_NCCL)
endif()
# The wheel's libraries find their CUDA parts through RUNPATHs of their own; ours only has to name their folder.
target_link_options(nmt_dep_torch INTERFACE -Wl,-rpath,${torch_root}/lib)
# The CUDA parts are separate wheels beside torch; the linker need not resolve them.
target_link_options(nmt_dep_torch INTERFACE LINKER:--allow-shlib-undefined)
