namespace FineTuneStudio.Engine.Contracts;

/// <summary>Held-out loss and samples while training; both at step 0 and at the end as well.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Optimizer steps between evaluations; 0 evaluates only before and after, <see langword="null"/> about ten times a run.</summary>
    public int? EverySteps { get; init; }

    /// <summary>Held-out rows answered freely at each evaluation, the same ones each time.</summary>
    public int Samples { get; init; } = OptionCatalog.EvaluationSamples.Default;

    /// <summary>Most tokens of such an answer.</summary>
    public int SampleTokens { get; init; } = OptionCatalog.SampleTokens.Default;

    internal IEnumerable<UserError> Validate()
    {
        if (EverySteps is < 0)
        {
            yield return new("evaluation.everySteps", $"Use 0 or more steps, not {EverySteps}.");
        }

        if (Samples is not (>= 0 and <= 1000))
        {
            yield return new("evaluation.samples", $"Use from 0 to 1000 samples, not {Samples}.");
        }

        if (SampleTokens is not (>= 1 and <= 100_000))
        {
            yield return new("evaluation.sampleTokens", $"Use from 1 to 100000 tokens, not {SampleTokens}.");
        }
    }
}
