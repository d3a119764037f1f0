using FineTuneStudio.Engine.Adapters;
using FineTuneStudio.Engine.Models.Configuration;
using FineTuneStudio.Engine.Models.Weights;
using FineTuneStudio.Engine.Tensors;
using FineTuneStudio.Engine.Tensors.Kernels;

namespace FineTuneStudio.Engine.Models.Attentions;

/// <summary>Latent attention: whole sequences expand the latents into keys and values, a new token takes its queries to the latents instead.</summary>
internal sealed class LatentAttention : IAttention
{
    private const string Query = "self_attn.q_proj";
    private const string QueryDown = "self_attn.q_a_proj";
    private const string QueryNorm = "self_attn.q_a_layernorm";
    private const string QueryUp = "self_attn.q_b_proj";
    private const string LatentDown = "self_attn.kv_a_proj_with_mqa";
    private const string LatentNorm = "self_attn.kv_a_layernorm";
    private const string LatentUp = "self_attn.kv_b_proj";
    private const string Output = "self_attn.o_proj";

    private readonly LatentDescription _description;
    private readonly AttentionScoring _scoring;
    private readonly int _layer;
    private readonly LinearLayer? _queryDown;
    private readonly Norm? _queryNorm;
    private readonly LinearLayer _query;
    private readonly LinearLayer _latentDown;
    private readonly Norm _latentNorm;
    private readonly LinearLayer _latentUp;
    private readonly LinearLayer _output;

    public LatentAttention(LatentDescription description, LayerWeights weights)
    {
        _description = description;
        _scoring = new AttentionScoring(description.Scale) { Window = description.Window };
        _layer = weights.Index;
        if (description.QueryLatentSize is not null)
        {
            (_queryDown, _queryNorm) = (weights.Linear(QueryDown), weights.Norm(QueryNorm, description.NormEpsilon));
        }

        _query = weights.Linear(description.QueryLatentSize is null ? Query : QueryUp);
        (_latentDown, _latentNorm) = (weights.Linear(LatentDown), weights.Norm(LatentNorm, description.NormEpsilon));
        (_latentUp, _output) = (weights.Linear(LatentUp), weights.Linear(Output));
    }

    private LatentAttention(LatentAttention other, AdapterSet? adapter)
    {
        (_description, _scoring, _layer, _queryNorm, _latentNorm) = (other._description, other._scoring, other._layer, other._queryNorm, other._latentNorm);
        (_queryDown, _query) = (other._queryDown?.With(adapter), other._query.With(adapter));
        (_latentDown, _latentUp, _output) = (other._latentDown.With(adapter), other._latentUp.With(adapter), other._output.With(adapter));
    }

    /// <summary>The weights, in the order of use.</summary>
    public static IEnumerable<WeightSlot> Slots(LatentDescription description, LayerSlots layer)
    {
        var (heads, width, queries) = ((long)description.Heads, layer.Width, (long)description.Heads * description.KeySize);
        WeightSlot[] query = description.QueryLatentSize is { } rank
            ? [.. layer.Linear(QueryDown, rank, width), layer.Norm(QueryNorm, rank), .. layer.Linear(QueryUp, queries, rank)]
            : layer.Linear(Query, queries, width);
        return
        [
            .. query,
            .. layer.Linear(LatentDown, description.KeptSize, width),
            layer.Norm(LatentNorm, description.LatentSize),
            .. layer.Linear(LatentUp, heads * (description.PlainSize + description.ValueSize), description.LatentSize),
            .. layer.Linear(Output, width, heads * description.ValueSize),
        ];
    }

    public Tensor Apply(Tensor x, RopeTables? rope, AttentionContext context)
    {
        var (tokens, d) = (x.Size(0), _description);
        var tables = rope ?? throw new InvalidOperationException("Latent attention needs rope.");
        var projected = LinearLayer.ApplyAll([_queryDown ?? _query, _latentDown], x, context.Dropout);
        var (query, down) = (projected[0], projected[1]);                                                   // [N, H C] or [N, rank]; [N, latent + turning]
        var q = (_queryDown is null ? query : _query.Apply(_queryNorm!.Apply(query), context.Dropout)).View(tokens, d.Heads, d.KeySize);
        var plain = q.Narrow(2, 0, d.PlainSize);
        var turning = Turned(q.Narrow(2, d.PlainSize, d.TurningSize), tables);

        var latent = _latentNorm.Apply(down.Narrow(1, 0, d.LatentSize).Contiguous());
        var key = Turned(down.Narrow(1, d.LatentSize, d.TurningSize).View(tokens, 1, d.TurningSize), tables);
        var attended = context.LooksAtLatents
            ? Absorbed(plain, turning, Tensor.Cat([latent, key.Squeeze(1)], 1), context)
            : Expanded(Tensor.Cat([plain, turning], 2), latent, key, context);
        return _output.Apply(attended.Reshape(tokens, (long)d.Heads * d.ValueSize), context.Dropout);
    }

    public IAttention With(AdapterSet? adapter) => new LatentAttention(this, adapter);

    private Tensor Turned(Tensor heads, RopeTables tables) => Rope.Apply(heads, tables.Cos, tables.Sin, _description.InterleavedRope);

    // q [N, H, plain + turning], latent [N, latent], key [N, 1, turning] -> [N, H, V]
    private Tensor Expanded(Tensor q, Tensor latent, Tensor key, AttentionContext context)
    {
        var (tokens, d) = (q.Size(0), _description);
        var up = _latentUp.Apply(latent, context.Dropout).View(tokens, d.Heads, d.PlainSize + d.ValueSize);
        var k = Tensor.Cat([up.Narrow(2, 0, d.PlainSize), key.Expand(tokens, d.Heads, d.TurningSize)], 2);
        var kept = context.KeepsTokens ? Tensor.Cat([latent, key.Squeeze(1)], 1) : null;
        return context.Attend(_layer, q, k, up.Narrow(2, d.PlainSize, d.ValueSize), _scoring, kept);
    }

    // Keys are K_h c of a latent c, so q . K_h c = (q K_h) . c: each head's query goes through its own matrix once, and no key is made.
    // Values likewise: the heads' weighted latents go through their matrices. plain [N, H, plain], latent [N, latent + turning] -> [N, H, V]
    private Tensor Absorbed(Tensor plain, Tensor turning, Tensor kept, AttentionContext context)
    {
        var d = _description;
        var weight = HeadWeight(plain.DType);
        var q = Tensor.Cat([ThroughHeads(weight, plain, 0, d.PlainSize, inputsFirst: true), turning], 2);        // [N, H, latent + turning]
        var mixed = context.AttendLatents(_layer, q, kept, d.LatentSize, _scoring);                                  // [N, H, latent]
        return ThroughHeads(weight, mixed, d.PlainSize, d.ValueSize, inputsFirst: false);
    }

    // The up projection; an adapter with a magnitude is merged into it. Keys and values share it, since it may be unpacked or merged anew.
    private Tensor HeadWeight(DType type)
        => (_latentUp.Adapter is { Magnitude: not null } decomposed ? decomposed.Merge(_latentUp.Weight) : _latentUp.Weight).To(type);

    // Each head's rows times some rows of its part of the up projection: [N, H, in] -> [N, H, out]
    private Tensor ThroughHeads(Tensor weight, Tensor x, int first, int count, bool inputsFirst)
    {
        var (tokens, d) = (x.Size(0), _description);
        var rows = x.Transpose(0, 1).Reshape(d.Heads * tokens, x.Size(2));
        var offsets = Tensor.Arange(0, (d.Heads + 1) * tokens, tokens, DType.Int64);
        Tensor OfHeads(Tensor matrix) => matrix.View(d.Heads, d.PlainSize + d.ValueSize, matrix.Size(1)).Narrow(1, first, count);

        Tensor result;
        if (_latentUp.Adapter is not { Magnitude: null } adapter)
        {
            result = GroupedLinear.Apply(rows, [OfHeads(weight)], offsets, bias: null, inputsFirst);
        }
        else
        {
            // The heads share A and have rows of B each; which of the two stands first depends on the side the rows come from.
            var low = adapter.WholeA;
            var shared = low.Expand(d.Heads, low.Size(0), d.LatentSize);
            var own = OfHeads(adapter.WholeB);
            var (a, b) = inputsFirst ? (own.Transpose(1, 2), shared.Transpose(1, 2)) : (shared, own);
            result = GroupedLinear.ApplyLora(rows, [OfHeads(weight)], offsets, bias: null, inputsFirst, a, b, adapter.Scale);
        }

        return result.View(d.Heads, tokens, result.Size(1)).Transpose(0, 1);
    }
}
