# Makes the target nmt::torch, in this build and for find_package(nmt). LibTorch is found without find_package(Torch), which
# on a CUDA build demands nvcc even where no kernel is compiled. Order: NMT_TORCH_DIR, Torch_DIR, CMAKE_PREFIX_PATH, the
# `torch` package of python3, the per-user cache that scripts/setup.sh fills.
set(NMT_TORCH_DIR "" CACHE PATH "Folder of LibTorch: the one that holds include/ and lib/")

set(candidates ${NMT_TORCH_DIR})
foreach(hint ${Torch_DIR} $ENV{Torch_DIR})
  list(APPEND candidates ${hint}/../../.. ${hint})
endforeach()
string(REPLACE ":" ";" environment_prefixes "$ENV{CMAKE_PREFIX_PATH}")
list(APPEND candidates ${CMAKE_PREFIX_PATH} ${environment_prefixes})
find_program(NMT_PYTHON python3)
if(NMT_PYTHON)
  execute_process(
    COMMAND ${NMT_PYTHON} -c "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
    OUTPUT_VARIABLE python_torch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  list(APPEND candidates ${python_torch})
endif()
if(DEFINED ENV{XDG_CACHE_HOME})
  file(GLOB cached $ENV{XDG_CACHE_HOME}/nmt/torch-*/torch)
else()
  file(GLOB cached $ENV{HOME}/.cache/nmt/torch-*/torch)
endif()
list(APPEND candidates ${cached})

set(torch_root "")
foreach(candidate ${candidates})
  if(EXISTS ${candidate}/include/torch/csrc/api/include/torch/torch.h AND EXISTS ${candidate}/lib/libtorch.so)
    get_filename_component(torch_root ${candidate} ABSOLUTE)
    break()
  endif()
endforeach()
if(NOT torch_root)
  message(FATAL_ERROR "LibTorch was not found. Run scripts/setup.sh, which installs it into a per-user cache, or install "
                      "the Python package (pip install torch), or name its folder: cmake -DNMT_TORCH_DIR=/path/to/torch")
endif()

# Newer releases keep the numbers in headeronly/, older ones in the C++ API's own header.
set(version_header ${torch_root}/include/torch/headeronly/version.h)
if(NOT EXISTS ${version_header})
  set(version_header ${torch_root}/include/torch/csrc/api/include/torch/version.h)
endif()
file(STRINGS ${version_header} version_lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
string(REGEX REPLACE "[^0-9;]*([0-9]+)" "\\1" version_numbers "${version_lines}")
list(JOIN version_numbers "." torch_version)
if(TARGET nmt::torch)
  return()
endif()
message(STATUS "LibTorch ${torch_version} in ${torch_root}")

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
