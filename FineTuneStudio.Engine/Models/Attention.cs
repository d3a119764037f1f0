using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models;

/// <summary>Grouped-query attention: project, norm and turn heads, attend, project back.</summary>
internal sealed class Attention
{
    private readonly AttentionDescription _description;
    private readonly double _normEpsilon;

    public Attention(AttentionDescription description, double normEpsilon)
    {
        _description = description;
        _normEpsilon = normEpsilon;
    }

    /// <summary><c>[H C, D]</c></summary>
    public required LinearLayer Query { get; init; }

    /// <summary><c>[K C, D]</c></summary>
    public required LinearLayer Key { get; init; }

    /// <summary><c>[K C, D]</c></summary>
    public required LinearLayer Value { get; init; }

    /// <summary><c>[D, H C]</c></summary>
    public required LinearLayer Output { get; init; }

    /// <summary>One weight for all query heads. <c>[C]</c></summary>
    public Tensor? QueryNorm { get; init; }

    /// <summary>One weight for all key heads. <c>[C]</c></summary>
    public Tensor? KeyNorm { get; init; }

    /// <param name="x">Normed residual stream. <c>[N, D]</c></param>
    /// <param name="cos"><c>[N, C/2]</c></param>
    /// <param name="sin"><c>[N, C/2]</c></param>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="context">Keys and values of before, dropout.</param>
    /// <returns><c>[N, D]</c></returns>
    public Tensor Apply(Tensor x, Tensor cos, Tensor sin, int layer, AttentionContext context)
    {
        var tokens = x.Size(0);
        var projected = LinearLayer.ApplyAll([Query, Key, Value], x, context.Dropout);
        var q = projected[0].View(tokens, _description.Heads, _description.HeadSize);
        var k = projected[1].View(tokens, _description.KeyValueHeads, _description.HeadSize);
        var v = projected[2].View(tokens, _description.KeyValueHeads, _description.HeadSize);
        q = QueryNorm is null ? q : RmsNorm.Apply(q, QueryNorm.To(q.DType), _normEpsilon);
        k = KeyNorm is null ? k : RmsNorm.Apply(k, KeyNorm.To(k.DType), _normEpsilon);
        q = Rope.Apply(q, cos, sin);
        k = Rope.Apply(k, cos, sin);
        var attended = context.Attend(layer, q, k, v, _description.Scale, _description.Window);
        return Output.Apply(attended.Reshape(tokens, (long)_description.Heads * _description.HeadSize), context.Dropout);
    }

    public Attention With(Func<LinearLayer, LinearLayer> replace) => new(_description, _normEpsilon)
    {
        Query = replace(Query),
        Key = replace(Key),
        Value = replace(Value),
        Output = replace(Output),
        QueryNorm = QueryNorm,
        KeyNorm = KeyNorm,
    };
}
