using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Gguf;

/// <summary>Rows of a matrix (or the one row of a vector) that are made when they are asked for.</summary>
/// <param name="first">First row.</param>
/// <param name="count">How many.</param>
/// <returns>Made on the calling thread, of any type; released with the caller's scope. <c>[count, n]</c></returns>
internal delegate Tensor RowSource(long first, long count);
