using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>The matrices of all experts of a layer for one product, however they are stored.</summary>
/// <remarks>The border behind which a quantised layout unpacks what a batch needs of it.</remarks>
internal interface IExpertWeights
{
    /// <summary>Whether matrices are <c>[in, out]</c>.</summary>
    bool InputsFirst { get; }

    /// <summary>The matrices as <see cref="Tensors.Kernels.GroupedLinear"/> takes them.</summary>
    /// <param name="offsets">Where each expert's rows begin; of those without rows nothing is read. <c>[E + 1]</c></param>
    /// <param name="type">Element type of the product.</param>
    Tensor[] For(Tensor offsets, DType type);
}
