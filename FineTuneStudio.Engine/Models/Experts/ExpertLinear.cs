using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Tensors;

namespace FineTuneStudio.Engine.Models.Experts;

/// <summary>One product of all experts, each with its own matrix, with an adapter beside it where one is attached.</summary>
/// <remarks>Holds the tensors; the model owns them.</remarks>
internal sealed class ExpertLinear
{
    private readonly string _name;
    private readonly IExpertWeights _weights;
    private readonly Tensor? _bias;
    private readonly ExpertAdapter? _adapter;

    /// <param name="name">What adapters call the parameter.</param>
    /// <param name="weights">The matrices.</param>
    /// <param name="bias"><c>[E, out]</c></param>
    /// <param name="adapter">What is learnt beside them.</param>
    public ExpertLinear(string name, IExpertWeights weights, Tensor? bias, ExpertAdapter? adapter = null)
    {
        (_name, _weights, _bias, _adapter) = (name, weights, bias, adapter);
    }

    /// <param name="rows">Rows sorted by expert. <c>[M, in]</c></param>
    /// <param name="offsets">Where each expert's rows begin. <c>[E + 1]</c></param>
    /// <returns><c>[M, out]</c></returns>
    public Tensor Apply(Tensor rows, Tensor offsets) => _weights.Apply(rows, offsets, _bias?.To(rows.DType), _adapter);

    public ExpertLinear With(AdapterSet? adapter) => new(_name, _weights, _bias, adapter?.ExpertAdapters.GetValueOrDefault(_name));
}
