namespace FineTuneStudio.Engine.Contracts;

/// <summary>A few options that go together; the rest of a specification stays as it is.</summary>
/// <param name="Id">Its name in addresses.</param>
/// <param name="Label">Its name in the interface.</param>
/// <param name="Meaning">What it is for, in plain words.</param>
/// <param name="Source">Where its values are from.</param>
/// <param name="Apply">Sets them; its second argument is the peak learning rate that fits the model and the data, where that is known.</param>
public sealed record RunPreset(string Id, string Label, string Meaning, string Source, Func<RunSpecification, double?, RunSpecification> Apply)
{
    /// <summary>The presets that come along, from the shortest run to the longest.</summary>
    public static IReadOnlyList<RunPreset> All { get; } =
    [
        new("quick", "Quick look",
            "Thirty steps: does it learn at all?", "Unsloth's notebooks: 30 steps, linear, 2e-4, or the rate that fits the model",
            (specification, fitting) => specification with
            {
                Lora = Shaped(specification, (specification.Lora ?? new()) with { Rank = 8, Alpha = 16 }),
                Schedule = new() { Kind = ScheduleKind.Linear, LearningRate = fitting ?? 2e-4, WarmupRatio = 0.1 },
                Duration = new() { Steps = 30 },
            }),
        new("balanced", "Balanced",
            "The defaults: a good adapter at the first try.", "The option catalog; each value says where it is from",
            (specification, _) => specification with { Lora = Shaped(specification, new()), Schedule = new(), Duration = new() }),
        new("thorough", "Thorough",
            "A wider adapter, a gentler rate, four passes.", "Axolotl's documentation: rank 32, alpha 64, 1e-4 to 3e-4, four epochs, cosine with a tenth of warm-up; half the rate that fits the model where that is known",
            (specification, fitting) => specification with
            {
                Lora = Shaped(specification, (specification.Lora ?? new()) with { Rank = 32, Alpha = 64 }),
                Schedule = new() { Kind = ScheduleKind.Cosine, LearningRate = fitting / 2 ?? 1e-4, WarmupRatio = 0.1 },
                Duration = new() { Epochs = 4 },
            }),
    ];

    // An adapter to begin with keeps its shape, whatever fits others.
    private static LoraOptions Shaped(RunSpecification specification, LoraOptions wanted)
        => specification is { InitialAdapter: not null, Lora: { } shape } ? wanted.ShapedAs(shape) : wanted;
}
