using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Attentions;

/// <summary>Grouped-query attention: project, norm and turn heads, attend, project back.</summary>
internal sealed class GroupedQueryAttention : IAttention
{
    private const string Query = "self_attn.q_proj";
    private const string Key = "self_attn.k_proj";
    private const string Value = "self_attn.v_proj";
    private const string QueryKeyValue = "self_attn.qkv_proj";
    private const string Output = "self_attn.o_proj";
    private const string QueryNorm = "self_attn.q_norm";
    private const string KeyNorm = "self_attn.k_norm";
    private const string Sinks = "self_attn.sinks";

    private readonly GroupedQueryDescription _description;
    private readonly AttentionScoring _scoring;
    private readonly int _layer;
    private readonly LinearLayer[] _inputs;
    private readonly LinearLayer _output;
    private readonly Norm? _queryNorm;
    private readonly Norm? _keyNorm;

    public GroupedQueryAttention(GroupedQueryDescription description, LayerWeights weights)
    {
        _description = description;
        _layer = weights.Index;
        _scoring = new AttentionScoring(description.Scale)
        {
            Window = description.Window,
            SoftCap = description.SoftCap,
            Sinks = description.Sinks ? weights[Sinks] : null,
        };
        string[] inputs = description.FusedProjections ? [QueryKeyValue] : [Query, Key, Value];
        _inputs = Array.ConvertAll(inputs, weights.Linear);
        _output = weights.Linear(Output);
        if (description.QueryKeyNorm != QueryKeyNorm.None)
        {
            (_queryNorm, _keyNorm) = (weights.Norm(QueryNorm), weights.Norm(KeyNorm));
        }
    }

    private GroupedQueryAttention(GroupedQueryAttention other, AdapterSet? adapter)
    {
        (_description, _scoring, _layer, _queryNorm, _keyNorm) = (other._description, other._scoring, other._layer, other._queryNorm, other._keyNorm);
        _inputs = Array.ConvertAll(other._inputs, linear => linear.With(adapter));
        _output = other._output.With(adapter);
    }

    /// <summary>The weights, in the order of use.</summary>
    public static IEnumerable<WeightSlot> Slots(GroupedQueryDescription description, LayerSlots layer)
    {
        var (queries, keys, bias) = (description.QueryWidth, description.KeyWidth, description.QueryKeyValueBias);
        WeightSlot[] inputs = description.FusedProjections
            ? layer.Linear(QueryKeyValue, queries + (2 * keys), layer.Width, bias)
            :
            [
                .. layer.Linear(Query, queries, layer.Width, bias),
                .. layer.Linear(Key, keys, layer.Width, bias),
                .. layer.Linear(Value, keys, layer.Width, bias),
            ];
        var whole = description.QueryKeyNorm == QueryKeyNorm.Whole;
        WeightSlot[] norms = description.QueryKeyNorm == QueryKeyNorm.None
            ? []
            : [layer.Norm(QueryNorm, whole ? queries : description.HeadSize), layer.Norm(KeyNorm, whole ? keys : description.HeadSize)];
        WeightSlot[] sinks = description.Sinks ? [layer.Tensor(Sinks, WeightKind.Offset, description.Heads)] : [];
        return [.. inputs, .. layer.Linear(Output, layer.Width, queries, description.OutputBias), .. norms, .. sinks];
    }

    public Tensor Apply(Tensor x, RopeTables? rope, AttentionContext context)
    {
        var tokens = x.Size(0);
        var projected = Project(x, context.Dropout);
        if (_description.QueryKeyNorm == QueryKeyNorm.Whole)
        {
            (projected[0], projected[1]) = (_queryNorm!.Apply(projected[0]), _keyNorm!.Apply(projected[1]));
        }

        Tensor Heads(int index, long heads) => projected[index].View(tokens, heads, _description.HeadSize);

        var keyHeads = _description.KeyValueHeads;
        var attended = context.Attend(_layer, Heads(0, _description.Heads), Heads(1, keyHeads), Heads(2, keyHeads), Steps(rope), _scoring);
        return _output.Apply(attended.Reshape(tokens, _description.QueryWidth), context.Dropout);
    }

    public Tensor? Step(Tensor x, ResidualNorms norms, RopeTables? rope, CachedRows rows)
        => _description.QueryKeyNorm != QueryKeyNorm.Whole && LinearLayer.ForStep([.. _inputs, _output], x.DType) is { } weights
            ? LayerStep.Attend(x, weights, norms, rows, _scoring, Steps(rope))
            : null;

    public IAttention With(AdapterSet? adapter) => new GroupedQueryAttention(this, adapter);

    // q [N, H C], k and v [N, K C]
    private Tensor[] Project(Tensor x, RandomGenerator? dropout)
    {
        var projected = LinearLayer.ApplyAll(_inputs, x, dropout);
        if (!_description.FusedProjections)
        {
            return projected;
        }

        var (whole, queries, keys) = (projected[0], _description.QueryWidth, _description.KeyWidth);
        return [whole.Narrow(1, 0, queries), whole.Narrow(1, queries, keys), whole.Narrow(1, queries + keys, keys)];
    }

    private HeadSteps Steps(RopeTables? rope)
    {
        var perHead = _description.QueryKeyNorm == QueryKeyNorm.PerHead;
        return new HeadSteps
        {
            QueryNorm = perHead ? _queryNorm!.Weight : null,
            KeyNorm = perHead ? _keyNorm!.Weight : null,
            Epsilon = _queryNorm?.Epsilon ?? 0,
            UnitOffset = _queryNorm?.Offset ?? false,
            Cos = rope?.Cos,
            Sin = rope?.Sin,
        };
    }
}
