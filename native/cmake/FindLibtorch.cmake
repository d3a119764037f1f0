# Finds libtorch: Debian's, or PyTorch's where CMAKE_PREFIX_PATH names its share/cmake. Gives the target Libtorch::Libtorch and Libtorch_VERSION.
# PyTorch's own package file asks for a CUDA compiler wherever PyTorch has CUDA; the shim has no device code and needs none.
set(_roots)
foreach(prefix ${CMAKE_PREFIX_PATH} $ENV{CMAKE_PREFIX_PATH})
  list(APPEND _roots ${prefix} ${prefix}/../..)
endforeach()

find_path(Libtorch_INCLUDE_DIR ATen/ATen.h HINTS ${_roots} PATH_SUFFIXES include)
find_path(Libtorch_API_INCLUDE_DIR torch/version.h HINTS ${Libtorch_INCLUDE_DIR}/torch/csrc/api/include NO_DEFAULT_PATH)
find_file(Libtorch_CONFIG TorchConfig.cmake HINTS ${_roots} PATHS /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake /usr/share/cmake
  PATH_SUFFIXES Torch share/cmake/Torch)
foreach(name torch torch_cpu c10 torch_cuda c10_cuda)
  find_library(Libtorch_${name}_LIBRARY ${name} HINTS ${_roots} PATH_SUFFIXES lib)
endforeach()

# The numbers stand in the one header or, in newer versions, in the other.
foreach(file ${Libtorch_API_INCLUDE_DIR}/torch/version.h ${Libtorch_INCLUDE_DIR}/torch/headeronly/version.h)
  if(NOT Libtorch_VERSION AND EXISTS ${file})
    file(STRINGS ${file} _lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+")
    string(REGEX MATCHALL "[0-9]+" _numbers "${_lines}")
    list(JOIN _numbers "." Libtorch_VERSION)
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libtorch
  REQUIRED_VARS Libtorch_INCLUDE_DIR Libtorch_API_INCLUDE_DIR Libtorch_torch_LIBRARY Libtorch_torch_cpu_LIBRARY Libtorch_c10_LIBRARY
  VERSION_VAR Libtorch_VERSION)

if(Libtorch_FOUND AND NOT TARGET Libtorch::Libtorch)
  # PyTorch below 2.6 may have the old C++ ABI; its package file says so.
  set(_flags)
  if(Libtorch_CONFIG)
    file(STRINGS ${Libtorch_CONFIG} _line REGEX "set\\(TORCH_CXX_FLAGS.*_GLIBCXX_USE_CXX11_ABI=[01]")
    string(REGEX MATCH "_GLIBCXX_USE_CXX11_ABI=[01]" _flags "${_line}")
  endif()

  add_library(Libtorch::Libtorch INTERFACE IMPORTED)
  target_include_directories(Libtorch::Libtorch SYSTEM INTERFACE ${Libtorch_INCLUDE_DIR} ${Libtorch_API_INCLUDE_DIR})
  target_compile_definitions(Libtorch::Libtorch INTERFACE ${_flags})

  # Kept though nothing is called in it: loading the library of CUDA operators is what registers them.
  set(_cuda)
  if(Libtorch_torch_cuda_LIBRARY)
    set(_cuda -Wl,--push-state,--no-as-needed ${Libtorch_torch_cuda_LIBRARY} ${Libtorch_c10_cuda_LIBRARY} -Wl,--pop-state)
  endif()
  target_link_libraries(Libtorch::Libtorch INTERFACE ${Libtorch_torch_LIBRARY} ${Libtorch_torch_cpu_LIBRARY} ${Libtorch_c10_LIBRARY} ${_cuda})
endif()
mark_as_advanced(Libtorch_INCLUDE_DIR Libtorch_API_INCLUDE_DIR Libtorch_CONFIG Libtorch_torch_LIBRARY Libtorch_torch_cpu_LIBRARY
  Libtorch_c10_LIBRARY Libtorch_torch_cuda_LIBRARY Libtorch_c10_cuda_LIBRARY)
