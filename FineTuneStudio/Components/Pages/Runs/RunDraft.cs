using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Components.Pages.Runs;

/// <summary>A specification while a person edits it; every value begins at its default from the catalog.</summary>
public sealed class RunDraft
{
    /// <summary>Linears of the supported families, by the last part of their names.</summary>
    public static readonly IReadOnlyList<string> KnownTargets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    public string Name { get; set; } = "";

    public string Model { get; set; } = "";

    public string Dataset { get; set; } = "";

    public double HeldOutFraction { get; set; } = OptionCatalog.HeldOutFraction.Default;

    public int? MaxRows { get; set; }

    public int Rank { get; set; } = OptionCatalog.LoraRank.Default;

    public double Alpha { get; set; } = OptionCatalog.LoraAlpha.Default;

    public double Dropout { get; set; } = OptionCatalog.LoraDropout.Default;

    public bool RsLora { get; set; } = OptionCatalog.RsLora.Default;

    /// <summary>Chosen linears; all of them is <see cref="LoraOptions.AllLinear"/>.</summary>
    public HashSet<string> Targets { get; } = [.. KnownTargets];

    public ScheduleKind Schedule { get; set; } = OptionCatalog.Schedule.Default;

    public double LearningRate { get; set; } = OptionCatalog.LearningRate.Default;

    /// <summary>Warm-up is given in steps rather than as a share.</summary>
    public bool WarmupInSteps { get; set; }

    public int WarmupSteps { get; set; } = 10;

    public double WarmupRatio { get; set; } = OptionCatalog.WarmupRatio.Default;

    public double FloorRatio { get; set; } = OptionCatalog.FloorRatio.Default;

    public double DecayRatio { get; set; } = OptionCatalog.DecayRatio.Default;

    public DecayKind Decay { get; set; } = OptionCatalog.Decay.Default;

    public double PolynomialPower { get; set; } = OptionCatalog.PolynomialPower.Default;

    public double PolynomialEnd { get; set; } = OptionCatalog.PolynomialEnd.Default;

    public OptimizerKind Optimizer { get; set; } = OptionCatalog.Optimizer.Default;

    public double WeightDecay { get; set; } = OptionCatalog.WeightDecay.Default;

    public double ClipNorm { get; set; } = OptionCatalog.ClipNorm.Default;

    public int BatchRows { get; set; } = OptionCatalog.BatchRows.Default;

    public int Accumulation { get; set; } = OptionCatalog.Accumulation.Default;

    public int ContextLength { get; set; } = OptionCatalog.ContextLength.Default;

    public bool Packing { get; set; } = OptionCatalog.Packing.Default;

    public double Epochs { get; set; } = OptionCatalog.Epochs.Default;

    /// <summary>Duration is given in steps rather than epochs.</summary>
    public bool DurationInSteps { get; set; }

    public int Steps { get; set; } = 100;

    public int Samples { get; set; } = OptionCatalog.EvaluationSamples.Default;

    public int SampleTokens { get; set; } = OptionCatalog.SampleTokens.Default;

    public Precision Precision { get; set; } = OptionCatalog.Precision.Default;

    public bool GradientCheckpointing { get; set; } = OptionCatalog.GradientCheckpointing.Default;

    public long Seed { get; set; } = OptionCatalog.Seed.Default;

    public ScheduleOptions ScheduleOptions => new()
    {
        Kind = Schedule,
        LearningRate = LearningRate,
        WarmupSteps = WarmupInSteps ? WarmupSteps : null,
        WarmupRatio = WarmupRatio,
        FloorRatio = FloorRatio,
        DecayRatio = DecayRatio,
        Decay = Decay,
        PolynomialPower = PolynomialPower,
        PolynomialEnd = PolynomialEnd,
    };

    public RunSpecification ToSpecification() => new()
    {
        Name = Name,
        Model = Model,
        Dataset = new DatasetOptions { Path = Dataset, HeldOutFraction = HeldOutFraction, MaxRows = MaxRows },
        Lora = new LoraOptions
        {
            Rank = Rank,
            Alpha = Alpha,
            Dropout = Dropout,
            RsLora = RsLora,
            Targets = Targets.Count == KnownTargets.Count ? [LoraOptions.AllLinear] : [.. KnownTargets.Where(Targets.Contains)],
        },
        Schedule = ScheduleOptions,
        Optimizer = new OptimizerOptions { Kind = Optimizer, WeightDecay = WeightDecay, ClipNorm = ClipNorm },
        Batch = new BatchOptions { Rows = BatchRows, Accumulation = Accumulation, ContextLength = ContextLength, Packing = Packing },
        Duration = new DurationOptions { Epochs = Epochs, Steps = DurationInSteps ? Steps : null },
        Evaluation = new EvaluationOptions { Samples = Samples, SampleTokens = SampleTokens },
        Precision = Precision,
        GradientCheckpointing = GradientCheckpointing,
        Seed = Seed,
    };
}
