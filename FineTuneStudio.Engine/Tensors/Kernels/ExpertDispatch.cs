namespace FineTuneStudio.Engine.Tensors.Kernels;

/// <summary>Tokens on their way to experts and back: pairs of token and choice sorted by expert, rows copied there, answers summed by weight.</summary>
public static class ExpertDispatch
{
    private static readonly Operator FusedPlan = Operator.Named("fts::expert_plan");
    private static readonly Operator FusedRows = Operator.Named("fts::expert_rows");
    private static readonly Operator FusedSum = Operator.Named("fts::expert_sum");
    private static readonly Operator BinCountOperator = Operator.Named("aten::bincount");

    /// <summary>Sorts pairs by expert; pairs of one expert stay in the order of tokens.</summary>
    /// <param name="ids">Experts of each token. <c>[N, k]</c>, Int64</param>
    /// <param name="experts">How many there are. <c>E</c></param>
    /// <returns>
    /// The row of each pair among all that are sorted, <c>[N, k]</c>, Int64; and where each expert's rows begin, <c>[E + 1]</c>, Int64, in main
    /// memory, as <see cref="GroupedLinear"/> takes it.
    /// </returns>
    /// <exception cref="TensorException">An id is no expert's.</exception>
    public static (Tensor Places, Tensor Offsets) Plan(Tensor ids, int experts)
    {
        if (!KernelChoice.IsFused(FusedPlan, ids.Device))
        {
            return PlanPlain(ids, experts);
        }

        var results = FusedPlan.CallMany(ids, experts);
        return (results[0]!, results[1]!);
    }

    /// <summary>Each token's row, once for each of its experts, where the plan has it; differentiable.</summary>
    /// <param name="x"><c>[N, D]</c></param>
    /// <param name="places">Of <see cref="Plan"/>. <c>[N, k]</c></param>
    /// <returns><c>[N k, D]</c></returns>
    public static Tensor Rows(Tensor x, Tensor places)
        => KernelChoice.IsFused(FusedRows, x) ? FusedRows.Call(x, places) : RowsPlain(x, places);

    /// <summary>Each token's weighted sum of what its experts answered; differentiable by answers and weights.</summary>
    /// <param name="answers"><c>[N k, D]</c></param>
    /// <param name="weights">fp32. <c>[N, k]</c></param>
    /// <param name="places">Of <see cref="Plan"/>. <c>[N, k]</c></param>
    /// <returns><c>[N, D]</c>, of the answers' type.</returns>
    public static Tensor Sum(Tensor answers, Tensor weights, Tensor places)
        => KernelChoice.IsFused(FusedSum, answers) ? FusedSum.Call(answers, weights, places) : SumPlain(answers, weights, places);

    /// <summary>The plain twin of <see cref="Plan"/>.</summary>
    public static (Tensor Places, Tensor Offsets) PlanPlain(Tensor ids, int experts)
    {
        using var scope = TensorScope.Enter();
        var pairs = ids.ElementCount;
        var flat = ids.Reshape(pairs);

        // Keys of their own for every pair, so that the sort cannot exchange two of one expert.
        var order = ((flat * Tensor.Full([1], pairs, DType.Int64, ids.Device)) + Tensor.Arange(0, pairs, 1, DType.Int64, ids.Device)).Sort(0, descending: false).Indices;
        var places = order.Sort(0, descending: false).Indices.View([.. ids.Shape]);
        var counts = BinCountOperator.Call(flat, Operator.Argument.None, experts).CumSum(0);
        var offsets = Tensor.Cat([Tensor.Zeros([1], DType.Int64, ids.Device), counts], 0).To(Device.Cpu);
        return (scope.Keep(places), scope.Keep(offsets));
    }

    /// <summary>The plain twin of <see cref="Rows"/>.</summary>
    public static Tensor RowsPlain(Tensor x, Tensor places)
    {
        using var scope = TensorScope.Enter();
        var order = places.Reshape(places.ElementCount).Sort(0, descending: false).Indices;
        var tokens = Tensor.Arange(0, places.Size(0), 1, DType.Int64, x.Device).RepeatInterleave(places.Size(1), 0);
        return scope.Keep(x.IndexSelect(0, tokens.IndexSelect(0, order)));
    }

    /// <summary>The plain twin of <see cref="Sum"/>.</summary>
    public static Tensor SumPlain(Tensor answers, Tensor weights, Tensor places)
    {
        using var scope = TensorScope.Enter();
        var own = answers.IndexSelect(0, places.Reshape(places.ElementCount)).View(places.Size(0), places.Size(1), answers.Size(1));
        return scope.Keep((own.To(DType.Float32) * weights.To(DType.Float32).Unsqueeze(2)).Sum(1).To(answers.DType));
    }
}
