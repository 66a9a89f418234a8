# Installs the program into WORK, moves it, builds the example plug-in with it as somebody else would, and fine-tunes and
# translates with both.
# cmake -D BUILD=<build folder> -D SOURCE=<examples/l2_sp> -D WORK=<scratch folder> -P run.cmake
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/elsewhere)
set(nmt ${WORK}/prefix/bin/nmt)

# Runs a command in FOLDER; what it prints must match PATTERN.
function(run FOLDER PATTERN)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${FOLDER} OUTPUT_VARIABLE output COMMAND_ECHO STDOUT
                  COMMAND_ERROR_IS_FATAL ANY)
  if(NOT output MATCHES "${PATTERN}")
    message(FATAL_ERROR "not of the form ${PATTERN}:\n${output}")
  endif()
endfunction()

run(${WORK} "" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)
file(RENAME ${WORK}/installed ${WORK}/prefix)
run(${WORK} "" ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/prefix)
run(${WORK} "" ${CMAKE_COMMAND} --build ${WORK}/build)

run(${WORK} "" ${nmt} testbed data --documents 20 --languages en de)
file(WRITE ${WORK}/recipe.yaml "
data: {train: [\"${WORK}/data/train.{}:en-de\"], max_tokens: 600}
vocabulary: {size: 400}
model: {dim: 32, heads: 2, feed_forward_dim: 64, encoder_layers: 1, decoder_layers: 1}
train: {lr: 0.005, warmup: 10, max_updates: 6, log_every: 2}
decode: {max_len_a: 1, max_len_b: 5}
")
set(plugin --plugins libl2_sp.so)
run(${WORK}/build "l2_sp.weight X" ${nmt} list options l2_sp ${plugin})
run(${WORK} "" ${nmt} train recipe.yaml --run general --threads 1)
run(${WORK}/build "" ${nmt} train ../recipe.yaml --run ../tuned --threads 1 ${plugin} --methods l2_sp --l2_sp.weight 0.1
                           --train.initial ../general)
file(READ ${WORK}/tuned/train.jsonl log)
if(NOT log MATCHES "\"l2_sp\":[0-9.e-]*[1-9]")
  message(FATAL_ERROR "the penalty is not in the log:\n${log}")
endif()
# The run knows its plug-in wherever it is used.
run(${WORK}/elsewhere "encoder\t0\\.0" ${nmt} weight-distance ../tuned --from ../general)
file(WRITE ${WORK}/input "A man sees a house.\n")
run(${WORK}/elsewhere "^[^\n]*\n$" ${nmt} translate ../tuned --threads 1 --input ../input)

# Another LibTorch than that of the program is refused.
file(WRITE ${WORK}/torch/include/torch/headeronly/version.h
     "#define TORCH_VERSION_MAJOR 1\n#define TORCH_VERSION_MINOR 2\n#define TORCH_VERSION_PATCH 3\n")
file(WRITE ${WORK}/torch/include/torch/csrc/api/include/torch/torch.h "")
file(WRITE ${WORK}/torch/lib/libtorch.so "")
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/refused -DCMAKE_PREFIX_PATH=${WORK}/prefix
                        -DNMT_TORCH_DIR=${WORK}/torch
                ERROR_VARIABLE error OUTPUT_QUIET)
if(NOT error MATCHES "built with LibTorch [0-9.]+.*LibTorch[ \n]+1\\.2\\.3")
  message(FATAL_ERROR "another LibTorch was not refused:\n${error}")
endif()
